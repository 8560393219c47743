import { Counter, Histogram, type Registry } from "prom-client";
import type { Phase } from "../api/release.ts";
import type { Duration } from "../base/duration.ts";
import { isFinished } from "../core/plan/phases.ts";
import { type Progress, phaseIn } from "../core/plan/progress.ts";

/** From the second of a switch to the week of a parallel run. */
const PHASE_SECONDS = [1, 2.5, 5, 10, 30, 60, 150, 300, 600, 1_800, 3_600, 14_400, 86_400, 604_800];
/** How late something may be: a promise is made of a quarter of a second. */
export const WAIT_SECONDS = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 1, 2.5, 5, 10, 30,
];
const OPERATION_SECONDS = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600];

/** What releases, their checks and their stacks went through. Labels are bounded: no object is named. */
export class ReleaseMetrics {
  readonly #outcomes: Counter;
  readonly #phases: Histogram;
  readonly #checks: Counter;
  readonly #looks: Histogram;
  readonly #operations: Histogram;

  constructor(registers: Registry[]) {
    this.#outcomes = new Counter({
      name: "bascule_releases_finished_total",
      help: "Releases that ended, by outcome; RevertFailed is counted although it may still end otherwise",
      labelNames: ["outcome"],
      registers,
    });
    this.#phases = new Histogram({
      name: "bascule_release_phase_seconds",
      help: "Time that releases spent in a phase, counted when they leave it",
      labelNames: ["phase"],
      buckets: PHASE_SECONDS,
      registers,
    });
    this.#checks = new Counter({
      name: "bascule_check_results_total",
      help: "Verdicts that checks came to, by kind of check",
      labelNames: ["check", "verdict"],
      registers,
    });
    this.#looks = new Histogram({
      name: "bascule_look_wait_seconds",
      help: "Time between a look of a check becoming due and its beginning",
      buckets: WAIT_SECONDS,
      registers,
    });
    this.#operations = new Histogram({
      name: "bascule_stack_operation_seconds",
      help: "Pulumi operations, the wait for a worker and for the stack included",
      labelNames: ["operation", "outcome"],
      buckets: OPERATION_SECONDS,
      registers,
    });
  }

  /** Takes in entries that were added to a journal. */
  progressed(progress: readonly Progress[]): void {
    for (const { entry, left } of progress) {
      if (left === undefined) continue;
      this.#phases.observe({ phase: left.phase }, left.after / 1_000);
      const phase = phaseIn(entry.to) as Phase;
      if (isFinished(phase)) this.#outcomes.inc({ outcome: phase });
    }
  }

  /** A check came to another verdict. */
  judged(check: string, verdict: string): void {
    this.#checks.inc({ check, verdict });
  }

  /** A check begins to look, so much after it was to. */
  looked(late: Duration): void {
    this.#looks.observe(late / 1_000);
  }

  /** A Pulumi operation settled; `outcome` is `succeeded` or the class of its error. */
  operationDone({
    operation,
    outcome,
    took,
  }: {
    readonly operation: string;
    readonly outcome: string;
    readonly took: number;
  }): void {
    this.#operations.observe({ operation, outcome }, took / 1_000);
  }
}
