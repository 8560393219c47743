/** A scenario undisturbed, and then once with a kill at each of its effects, one after the other. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes } from "../../../src/base/duration.ts";
import { keyOf } from "../support/order.ts";
import { IN_FULL } from "../support/run.ts";
import { differences } from "./compare.ts";
import { type Lane, openLane } from "./lane.ts";
import { runScenario } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { openTown, type Town } from "./town.ts";

/** Replays the moments of an earlier run. `make test` has the same ones each time, the complete run others. */
const SEED = process.env.BASCULE_FAULTS_SEED ?? (IN_FULL ? `${Date.now()}` : "in brief");
/** Of the effects that an earlier scenario had too, one in so many is disturbed again. */
const AGAIN = 8;
/** Places that are made ready at once. */
const AT_ONCE = 3;

/** The same effect, whichever of the run's releases it is about. */
const common = (key: string): string => key.replaceAll("newer", "candidate");

/** Whether the seed wants an effect disturbed in this scenario although others have had it. */
function isWanted(scenario: Scenario, key: string): boolean {
  const [byte = 0] = createHash("sha256").update(`${SEED} ${scenario.name} ${key}`).digest();
  return IN_FULL || byte % AGAIN === 0;
}

/** What is really done, which the title must not say better than it is. */
const titleOf = ({ name }: Scenario, first: boolean): string => {
  const effects =
    first || IN_FULL ? "each effect" : `each effect not yet met, and 1 in ${AGAIN} of the others`;
  return `${name}: killed at ${effects}, one after the other, it ends like the run that was not disturbed`;
};

/** Declares the tests of some scenarios, which share a controller. */
export function testEveryEffect(scenarios: readonly Scenario[]): void {
  const wanted = scenarios.filter(({ inBrief = false }) => IN_FULL || inBrief);
  let lane: Lane;
  const towns = new Map<Scenario, Town[]>();
  /** Effects that the controller has died of, and come back from. */
  const survived = new Set<string>();

  async function openAll(queue: Scenario[]): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const town = await openTown(lane, next);
      towns.set(next, [...(towns.get(next) ?? []), town]);
    }
  }

  beforeAll(async () => {
    lane = await openLane();
    console.info(`moments of kills: BASCULE_FAULTS_SEED=${SEED}`);
    const queue = wanted.flatMap((scenario) => (scenario.repeats ? [scenario] : [scenario, scenario]));
    await Promise.all(Array.from({ length: AT_ONCE }, () => openAll(queue)));
  });
  afterAll(async () => {
    if (lane === undefined) return;
    await lane.controller.start();
    await Promise.all([...towns.values()].flat().map((town) => town.close()));
    await lane.close();
  });

  for (const scenario of scenarios)
    test.runIf(wanted.includes(scenario))(
      titleOf(scenario, scenario === wanted[0]),
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
        for (const kill of disturbed.kills) survived.add(common(keyOf(kill)));
        const missed = effects.map(keyOf).filter((key) => !survived.has(common(key)));
        const counts = `${disturbed.kills.length} kills, ${effects.length} effects undisturbed`;
        console.info([`${scenario.name}: ${counts}, ${took} s; not reached:`, ...missed].join("\n  "));
        await Promise.all([town.leave(), other.leave()]);
        expect(differences(evidence, disturbed.evidence)).toEqual([]);
        expect(disturbed.breaches).toEqual([]);
        // Not each: which intents a status names at once depends on the order of answers, and what was under way when
        // the controller died of another effect is often done by then.
        expect(disturbed.kills.length).toBeGreaterThan((effects.length - spared.length) / 2);
      },
      minutes(15),
    );
}
