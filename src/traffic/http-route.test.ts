import { expect, it } from "vitest";
import { memoryWorld } from "../../test/conformance/traffic-router/memory-world.ts";
import {
  atShare,
  OLD,
  observe,
  RUNS,
  revert,
  split,
  writeOf,
} from "../../test/conformance/traffic-router/steps.ts";
import type { BackendRef } from "../core/traffic/route-object.ts";

it("takes no indexes from an older copy than the one that was decided on", async () => {
  const world = memoryWorld();
  await atShare(world, 2_000);
  world.follow(false);
  await world.addForeignBackend("first-in-list", 0);
  const resourceVersion = await world.version();
  const before = world.api.stored(world.namespace, "shop");
  const write = writeOf(world, split({ adopted: 5_000, blue: 5_000 }), RUNS.first);
  expect(await world.router.shift({ ...write, resourceVersion })).toMatchObject({
    error: { kind: "conflict" },
  });
  expect(world.api.stored(world.namespace, "shop")).toEqual(before);
});

it("adds no second backend when somebody puts the missing one back at the same moment", async () => {
  const world = memoryWorld();
  await atShare(world, 5_000);
  await world.removeBackend("adopted");
  world.beforeNextWrite(() =>
    world.api.edit(world.namespace, "shop", "somebody", (route) => {
      const refs = route.spec.rules?.[0]?.backendRefs as BackendRef[] | undefined;
      refs?.push({ name: "shop", port: 8080, weight: 1 });
    }),
  );
  expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: true });
  const refs = world.api.stored(world.namespace, "shop")?.spec.rules?.[0]?.backendRefs ?? [];
  expect(refs.map(({ name, weight }) => [name, weight])).toEqual([
    ["shop-blue", 0],
    ["shop", 100],
  ]);
});

it("keeps annotations that somebody adds to a bare object at the same moment", async () => {
  const world = memoryWorld();
  world.api.edit(world.namespace, "shop", "somebody", (route) => {
    delete (route.metadata as { annotations?: unknown }).annotations;
  });
  world.beforeNextWrite(() => world.touchElsewhere("just now"));
  expect(await revert(world, OLD, RUNS.first)).toMatchObject({ ok: true });
  expect(world.api.stored(world.namespace, "shop")?.metadata.annotations).toEqual({
    "example.com/note": "just now",
    "bascule.dev/run": RUNS.first,
    "bascule.dev/reverted": RUNS.first,
  });
  expect(observe(world)).toMatchObject({ split: OLD });
});
