/** Every boundary of some scenarios, each in a run of its own, on as many lanes as there are. */
import { type Boundary, boundariesOf, type Choice } from "./boundaries.ts";
import { differences } from "./compare.ts";
import type { Evidence } from "./evidence.ts";
import type { Lane } from "./lane.ts";
import type { Result } from "./report.ts";
import { runScenario } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { openTown, type Town } from "./town.ts";

interface Job {
  readonly scenario: Scenario;
  readonly boundary: Boundary;
  readonly undisturbed: Evidence;
}

export interface MatrixOptions {
  readonly scenarios: readonly Scenario[];
  readonly choice: Choice;
  /** Called with each result, and how many are still to come, as far as is known. */
  readonly onResult: (result: Result, left: number) => void;
}

export class Matrix {
  readonly #options: MatrixOptions;
  readonly #unrecorded: Scenario[];
  readonly #jobs: Job[] = [];
  readonly results: Result[] = [];
  /** Scenarios that did not come to a good end although nothing was done to them, and why. */
  readonly broken: string[] = [];

  constructor(options: MatrixOptions) {
    this.#options = options;
    this.#unrecorded = [...options.scenarios];
  }

  /** Does on a lane what is there to do, until nothing is left. To be called once for each lane. */
  async work(lane: Lane): Promise<void> {
    let town: Town | undefined;
    for (;;) {
      const job = this.#take(town?.scenario);
      if (job === undefined) {
        const scenario = this.#unrecorded.shift();
        if (scenario === undefined) break;
        await town?.close();
        town = await this.#record(lane, scenario);
        continue;
      }
      if (town?.scenario !== job.scenario) {
        await town?.close();
        town = undefined;
      }
      town = await this.#run(lane, job, town);
    }
    await town?.close();
  }

  /** The next job: of the scenario whose town stands if there is one, of any when all have been recorded. */
  #take(scenario: Scenario | undefined): Job | undefined {
    const own = this.#jobs.findIndex((job) => job.scenario === scenario);
    if (own >= 0) return this.#jobs.splice(own, 1)[0];
    return this.#unrecorded.length === 0 ? this.#jobs.shift() : undefined;
  }

  /** What the scenario does undisturbed gives the jobs. Without a good run there is nothing to compare others with. */
  async #record(lane: Lane, scenario: Scenario): Promise<Town | undefined> {
    let town: Town | undefined;
    try {
      town = await openTown(lane, scenario);
      const { evidence, effects, breaches } = await runScenario(town);
      if (breaches.length === 0) {
        for (const boundary of boundariesOf(effects, this.#options.choice))
          this.#jobs.push({ scenario, boundary, undisturbed: evidence });
        return await this.#unlessUsed(town);
      }
      this.broken.push(`${scenario.name}, undisturbed: ${breaches.join("\n")}`);
    } catch (error) {
      this.broken.push(`${scenario.name}, undisturbed: ${error}`);
    }
    await town?.close();
    return undefined;
  }

  async #run(lane: Lane, job: Job, standing: Town | undefined): Promise<Town | undefined> {
    const started = performance.now();
    const town = standing ?? (await openTown(lane, job.scenario));
    const told = (outcome: Result["outcome"], breaches: readonly string[]): void => {
      const seconds = Math.round((performance.now() - started) / 1_000);
      const result = { scenario: job.scenario.name, ...job.boundary, outcome, breaches, seconds };
      this.results.push(result);
      this.#options.onResult(result, this.#jobs.length);
    };
    try {
      const { evidence, breaches, kills } = await runScenario(town, {
        at: job.boundary,
        end: job.undisturbed.end,
      });
      const found = [...differences(job.undisturbed, evidence), ...breaches];
      told(found.length > 0 ? "breach" : kills.length === 0 ? "unreached" : "same", found);
      if (found.length === 0) return await this.#unlessUsed(town);
    } catch (error) {
      told("breach", [String(error)]);
    }
    // What was broken must not be seen as broken by the run after it.
    await town.close();
    return undefined;
  }

  /** A town that the next run can play in. */
  async #unlessUsed(town: Town): Promise<Town | undefined> {
    if (town.scenario.repeats) return town;
    await town.close();
    return undefined;
  }
}
