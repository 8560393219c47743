import { describe, expect, it } from "vitest";
import { decide } from "../../src/core/plan/decide.ts";
import type { Observed } from "../../src/core/plan/observed.ts";
import { type Exploration, explore } from "./explore.ts";
import { renderPath } from "./path.ts";
import { replay } from "./replay.ts";
import { SMALL_SUITE } from "./suite.ts";
import { WORLDS, type WorldName } from "./worlds.ts";

const TIMEOUT_MS = 600_000;
const MOST_STATES = 50_000;
const NOTHING = { faults: 0, commands: 0, both: 0 };
const ONE_COMMAND = { faults: 0, commands: 1, both: 1 };
const ONE_FAULT = { faults: 1, commands: 0, both: 1 };

describe("every state of a small world that can be reached keeps the laws, and leads to an end", () => {
  for (const { world, budget } of SMALL_SUITE)
    it(`${world}, with ${budget.faults} faults or ${budget.commands} commands`, {
      timeout: TIMEOUT_MS,
    }, async () => {
      const found = await explore(WORLDS[world], { budget, mostStates: MOST_STATES });
      expect(found.counterexample).toBeUndefined();
      expect(found.isExhaustive).toBe(true);
      expect(found.states).toBeGreaterThan(1_000);
      expect(found.ends).toBeGreaterThan(10);
    });

  it("and says so when there are more states than it may look at", async () => {
    const found = await explore(WORLDS.direct, { budget: ONE_FAULT, mostStates: 100 });
    expect(found).toMatchObject({ states: 100, isExhaustive: false });
  });
});

/** A decide that believes the candidate to be as ready as can be. */
const withoutCapacity: typeof decide = (observed, now) => {
  const ready = (slot: Observed["slots"]["blue"]): Observed["slots"]["blue"] => ({
    ...slot,
    readyEndpoints: 99,
    workloads: slot.workloads.map((w) => ({ ...w, desired: 99, ready: 99, current: true })),
  });
  const { blue, green } = observed.slots;
  return decide({ ...observed, slots: { blue: ready(blue), green: ready(green) } }, now);
};

/** A decide that writes every status and takes no traffic back. */
const withoutReverts: typeof decide = (observed, now) => ({ ...decide(observed, now), first: [] });

/** A decide that does not see that a person paused. */
const withoutPause: typeof decide = (observed, now) => {
  const releases = observed.releases.map((release) => {
    const { pause: _, ...control } = release.spec.control ?? {};
    return { ...release, spec: { ...release.spec, control } };
  });
  return decide({ ...observed, releases }, now);
};

/** A decide that asks never to be woken. */
const withoutWaking: typeof decide = (observed, now) => {
  const { wakeAt: _, ...decision } = decide(observed, now);
  return decision;
};

describe("a decide that is broken is found out by the shortest path", () => {
  const broken = async (
    world: WorldName,
    budget: typeof NOTHING,
    decides: typeof decide,
  ): Promise<readonly [law: string, path: string]> => {
    const found: Exploration = await explore(WORLDS[world], { budget, mostStates: MOST_STATES, decides });
    const { law = "", path = [] } = found.counterexample ?? {};
    const again = await replay(world, path, { decides });
    expect(again.broken ?? "").toBe(law);
    expect(again.lines.filter((line) => line.startsWith("-- "))).toHaveLength(path.length);
    return [law, renderPath(path)];
  };

  it("that gives traffic to a slot that is not ready", { timeout: TIMEOUT_MS }, async () => {
    const [law, path] = await broken("direct", NOTHING, withoutCapacity);
    expect(law).toMatch(/^law 3: blue gets 100 % with \d of 2 replicas ready$/);
    expect(path).toMatch(/^\d+ go$/);
  });

  it("that takes no traffic back, which needs a person to abort", { timeout: TIMEOUT_MS }, async () => {
    expect(await broken("direct", NOTHING, withoutReverts)).toEqual(["", ""]);
    const [law, path] = await broken("direct", ONE_COMMAND, withoutReverts);
    expect(law).toBe('end: shop says {"old-shop":0,"shop-blue":100}, live is adopted');
    expect(path).toMatch(/^\d+ go, abort, \d+ go, remedy, \d+ go$/);
  });

  it("that goes on although it is paused", { timeout: TIMEOUT_MS }, async () => {
    const [law, path] = await broken("direct", ONE_COMMAND, withoutPause);
    expect(law).toMatch(/^paused: while paused: /);
    expect(path).toMatch(/^(\d+ )?go, pause, go$/);
  });

  it("that forgets to look again", { timeout: TIMEOUT_MS }, async () => {
    const [law] = await broken("direct", NOTHING, withoutWaking);
    expect(law).toMatch(/^end: r1 stays /);
  });
});
