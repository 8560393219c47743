import { expect, it } from "vitest";
import { memoryWorld } from "../../test/conformance/traffic-router/memory-world.ts";
import {
  atShare,
  OLD,
  observe,
  RUNS,
  revert,
  shift,
  split,
} from "../../test/conformance/traffic-router/steps.ts";

async function worldAtHalf() {
  const world = memoryWorld();
  await atShare(world, 5_000);
  world.api.patches = [];
  world.api.reads = 0;
  return world;
}

it("asks the API server before it says that nothing is left to do", async () => {
  const world = await worldAtHalf();
  await revert(world, OLD, RUNS.first);
  expect([world.api.patches.length, world.api.reads]).toEqual([1, 0]);
  await revert(world, OLD, RUNS.first);
  expect([world.api.patches.length, world.api.reads]).toEqual([1, 1]);
});

it("does not repeat a patch that the server refuses for what it says", async () => {
  const world = await worldAtHalf();
  world.api.failures = Array.from({ length: 9 }, () => ({ kind: "invalid", message: "weight: too large" }));
  expect(await revert(world, OLD, RUNS.first)).toEqual({
    ok: false,
    error: { kind: "invalid", message: "weight: too large" },
  });
  expect(world.api.patches.length).toBeLessThanOrEqual(2);
});

it("gives up as a conflict when somebody moves the backends each time", async () => {
  const world = await worldAtHalf();
  for (let i = 0; i < 20; i++)
    world.api.before.push(() =>
      i % 2 === 0 ? world.addForeignBackend("x", i + 1) : world.removeBackend("blue"),
    );
  const answer = await revert(world, OLD, RUNS.first);
  expect(answer.ok || answer.error.kind === "conflict").toBe(true);
  expect(world.api.patches.length).toBeLessThanOrEqual(5);
});

it("passes on what no retry can mend, in the port's words", async () => {
  for (const [kind, said] of [
    ["forbidden", "forbidden"],
    ["unauthorized", "forbidden"],
    ["timeout", "unreachable"],
    ["tooManyRequests", "unreachable"],
    ["server", "unreachable"],
    ["notFound", "notFound"],
  ] as const) {
    const world = await worldAtHalf();
    world.api.failures = [{ kind, message: "no" }];
    expect(await revert(world, OLD, RUNS.first)).toEqual({ ok: false, error: { kind: said, message: "no" } });
    world.api.failures = [{ kind, message: "no" }];
    expect(await shift(world, split({ adopted: 0, blue: 10_000 }), RUNS.first)).toMatchObject({
      error: { kind: said },
    });
    expect(world.api.patches.length).toBe(2);
  }
});

it("tells a refused forward write from one that came too late", async () => {
  const world = await worldAtHalf();
  const version = observe(world).resourceVersion ?? "";
  world.api.failures = [{ kind: "invalid", message: "a rule of the API server" }];
  expect(await shift(world, split({ adopted: 0, blue: 10_000 }), RUNS.first)).toEqual({
    ok: false,
    error: { kind: "invalid", message: "a rule of the API server" },
  });
  expect(observe(world).resourceVersion).toBe(version);
});
