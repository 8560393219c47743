/** A scenario undisturbed, and then once with a kill at every effect, one after the other. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes } from "../../../src/base/duration.ts";
import { keyOf } from "../support/order.ts";
import { differences } from "./compare.ts";
import { type Lane, openLane } from "./lane.ts";
import { runScenario } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { openTown, type Town } from "./town.ts";

/** Replays the moments of an earlier run. */
const SEED = process.env.BASCULE_FAULTS_SEED ?? `${Date.now()}`;
/** Every effect in every scenario, whatever others have in common with it. */
const ALL = process.env.BASCULE_FAULTS === "all";
/** Of the effects that an earlier scenario had too, one in so many is disturbed again. */
const AGAIN = 8;
/** Places that are made ready at once. */
const AT_ONCE = 3;

/** The same effect, whichever of the run's releases it is about. */
const common = (key: string): string => key.replaceAll("newer", "candidate");

/** Whether the seed wants an effect disturbed in this scenario although others have had it. */
function isWanted(scenario: Scenario, key: string): boolean {
  const [byte = 0] = createHash("sha256").update(`${SEED} ${scenario.name} ${key}`).digest();
  return ALL || byte % AGAIN === 0;
}

/** Declares the tests of some scenarios, which share a controller. */
export function testEveryEffect(scenarios: readonly Scenario[]): void {
  let lane: Lane;
  const towns = new Map<Scenario, Town[]>();
  /** Effects that the controller has died of, and come back from. */
  const survived = new Set<string>();

  async function openAll(queue: Scenario[]): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      towns.set(next, [...(towns.get(next) ?? []), await openTown(lane, next)]);
  }

  beforeAll(async () => {
    lane = await openLane();
    console.info(`moments of kills: BASCULE_FAULTS_SEED=${SEED}`);
    const queue = scenarios.flatMap((scenario) => (scenario.repeats ? [scenario] : [scenario, scenario]));
    await Promise.all(Array.from({ length: AT_ONCE }, () => openAll(queue)));
  });
  afterAll(async () => {
    if (lane === undefined) return;
    await lane.controller.start();
    await Promise.all([...towns.values()].flat().map((town) => town.close()));
    await lane.close();
  });

  for (const scenario of scenarios)
    test(
      `${scenario.name}: killed at every effect, one after the other, it ends like the run that was not disturbed`,
      async () => {
        const [town, other = town] = towns.get(scenario) ?? [];
        if (town === undefined || other === undefined) throw new Error("beforeAll has made a place for it");
        const { evidence, effects, breaches } = await runScenario(town);
        expect(breaches).toEqual([]);
        const started = performance.now();
        const spared = effects
          .map(keyOf)
          .filter((key) => survived.has(common(key)) && !isWanted(scenario, common(key)));
        const disturbed = await runScenario(other, { each: { seed: SEED, spared }, end: evidence.end });
        const took = Math.round((performance.now() - started) / 1_000);
        console.info(
          `${scenario.name}: ${disturbed.kills.length} kills, ${effects.length} effects, ${took} s`,
        );
        for (const kill of disturbed.kills) survived.add(common(keyOf(kill)));
        await Promise.all([town.leave(), other.leave()]);
        expect(differences(evidence, disturbed.evidence)).toEqual([]);
        expect(disturbed.breaches).toEqual([]);
        // Nothing that is done undisturbed was left out.
        expect(effects.map(keyOf).filter((key) => !survived.has(common(key)))).toEqual([]);
      },
      minutes(15),
    );
}
