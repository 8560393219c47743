/** Releases under faults of the API server, held against those without. */
import { expect } from "vitest";
import { milliseconds, seconds } from "../../../src/base/duration.ts";
import type { Instant } from "../../../src/base/instant.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import type { Injection } from "../../lab/api-proxy/api-proxy.ts";
import { KIND } from "../../lab/kinds.ts";
import { whenObserved } from "../../lab/objects.ts";
import type { Sighting } from "../../lab/observer/sighting.ts";
import type { ApiFault, Moment } from "./api-faults.ts";
import { mark } from "./bench.ts";
import type { Evidence } from "./evidence.ts";
import { errorsBelow, HEALTH, PLAN, type PlanOptions, planObject } from "./plan.ts";
import type { ProxiedBench } from "./proxied.ts";
import { type RunOptions, runRelease } from "./run.ts";
import { twentyInForce, whenSeen } from "./seen.ts";

const GOOD: PlanOptions = { verification: [HEALTH], hold: "3s" };
/** What a fault keeps from being shown in force, or the live side from being shown well, is shown in time. */
const GATED: PlanOptions = { verification: [HEALTH, errorsBelow("5%")], hold: "10s", inForce: "45s" };
/** It may not be. */
export const HURRIED: PlanOptions = { ...GATED, inForce: "10s" };
/** What a machine that is busy with the whole cluster may add to a time. */
const BUSY_MS = 3_000;

/** Of this very release: those that have ended are written to as well. */
export type Seen = (name: string) => (s: Sighting) => boolean;
export const inPhase =
  (phase: string): Seen =>
  (name) =>
  (s) =>
    s.kind === "release" && s.name === name && s.phase === phase;
export const atTwenty: Seen = (name) => (s) => twentyInForce(s) && "name" in s && s.name === name;
const SEEN: Readonly<Record<Moment, Seen>> = {
  Preparing: inPhase("Preparing"),
  Shifting: inPhase("Shifting"),
  Observing: inPhase("Observing"),
  "a revert": atTwenty,
};
const FINAL = ["Completed", "Reverted", "RevertFailed", "Failed"];

interface Told {
  readonly what: string;
  readonly injected: Readonly<Record<string, number>>;
  readonly end: string;
  readonly tookMs: number;
  readonly backMs?: number;
}

/** Done at the moment; ends when the fault has ended. @returns how often what was injected */
export type Deed = (release: string) => Promise<Readonly<Record<string, number>>>;

export class ApiRuns {
  readonly #bench: ProxiedBench;
  readonly #told: Told[] = [];
  #undisturbed: Evidence | undefined;
  /** A revert without faults, and how long it left traffic on the candidate. */
  #revert: { readonly evidence: Evidence; readonly backMs: number } | undefined;
  #plan: PlanOptions | undefined;

  constructor(bench: ProxiedBench) {
    this.#bench = bench;
  }

  /** The runs without faults. The first release into a slot creates what later ones update. */
  async begin(): Promise<void> {
    await this.#release(GOOD, {});
    const { evidence } = await this.#release(GOOD, {});
    expect(evidence).toMatchObject({ phase: "Completed", shares: [20, 100], changingOperations: 1 });
    this.#undisturbed = evidence;
  }

  /** One release with a fault at a moment. */
  async run(fault: ApiFault, moment: Moment): Promise<void> {
    const deed: Deed = async (name) => {
      const injection = this.#bench.proxy.inject(...fault.rules);
      await this.#lasting(fault, name);
      return lifted(injection);
    };
    const what = `${fault.title}, from ${moment} on`;
    const anyOperations = fault.meetsStacks === true;
    if (moment === "a revert") await this.revert(what, deed, fault.delaysRevert);
    else await this.good(what, moment, deed, anyOperations);
  }

  /** A healthy version. @param anyOperations the apply may have been made anew */
  async good(what: string, moment: Moment, deed: Deed, anyOperations = false): Promise<void> {
    const { evidence } = await this.#disturbed(what, GOOD, moment, deed, { phase: "Completed" });
    const { changingOperations } = evidence;
    if (anyOperations) expect(changingOperations).toBeGreaterThan(0);
    const compared = anyOperations ? { ...this.#undisturbed, changingOperations } : this.#undisturbed;
    expect(evidence).toEqual(compared);
  }

  /**
   * A version whose failures the gate finds at 20 %.
   * @param laterMs how much later than usual traffic may be back
   */
  async revert(what: string, deed: Deed, laterMs: number): Promise<void> {
    const usual = await this.#usualRevert();
    const { evidence, backMs } = await this.#disturbed(what, GATED, "a revert", deed, FAULTY);
    expect(evidence).toEqual(usual.evidence);
    expect(backMs).toBeLessThan(usual.backMs + laterMs + BUSY_MS);
  }

  /** The same without a comparison. */
  async anyRevert(
    what: string,
    deed: Deed,
    plan: PlanOptions = GATED,
  ): Promise<{ readonly evidence: Evidence; readonly backMs: number }> {
    await this.#usualRevert();
    return this.#disturbed(what, plan, "a revert", deed, FAULTY);
  }

  /** Any other run of a healthy version. */
  async free(what: string, moment: Moment, deed: Deed, run: Partial<RunOptions>): Promise<Evidence> {
    return (await this.#disturbed(what, GOOD, moment, deed, run)).evidence;
  }

  /** Prints what was injected how often, and what came of it. */
  tell(): void {
    for (const { what, injected, end, tookMs, backMs } of this.#told) {
      const counts = Object.entries(injected).map(([name, count]) => `${name} ×${count}`);
      const back = backMs === undefined ? "" : `, traffic back after ${Math.round(backMs)} ms`;
      console.info(`${what}: ${counts.join(", ")}; ${end} in ${Math.round(tookMs / 100) / 10} s${back}`);
    }
  }

  async #usualRevert(): Promise<{ readonly evidence: Evidence; readonly backMs: number }> {
    if (this.#revert === undefined) {
      const { evidence, backMs } = await this.#release(GATED, FAULTY);
      expect(evidence).toMatchObject({ phase: "Reverted", shares: [20, 0] });
      this.#revert = { evidence, backMs };
      this.#told.push({ what: "a revert without faults", injected: {}, end: "Reverted", tookMs: 0, backMs });
    }
    return this.#revert;
  }

  async #disturbed(
    what: string,
    plan: PlanOptions,
    moment: Moment,
    deed: Deed,
    run: Partial<RunOptions>,
  ): Promise<{ readonly evidence: Evidence; readonly backMs: number }> {
    let injected: Readonly<Record<string, number>> = {};
    const from = mark();
    const meanwhile = async (name: string): Promise<void> => {
      await whenSeen(this.#bench, moment, SEEN[moment](name));
      if (moment === "a revert") await this.#whenJudged(name);
      injected = await deed(name);
    };
    const done = await this.#release(plan, { ...run, meanwhile }).catch((error: unknown) => {
      this.#told.push({ what, injected, end: "not as it should be", tookMs: mark() - from });
      throw error;
    });
    const { phase } = done.evidence;
    const back = phase === "Reverted" ? { backMs: done.backMs } : {};
    this.#told.push({ what, injected, end: phase, tookMs: mark() - from, ...back });
    // A fault that met nothing shows nothing.
    expect(Object.entries(injected).filter(([, count]) => count === 0)).toEqual([]);
    expect(injected).not.toEqual({});
    return done;
  }

  async #release(
    plan: PlanOptions,
    run: Partial<RunOptions>,
  ): Promise<{ readonly evidence: Evidence; readonly backMs: number }> {
    // What a failed test has left behind is not this one's.
    await this.#bench.controller.start();
    await this.#bench.whenAtRest();
    await this.#usePlan(plan);
    const from = mark();
    const version = run.version ?? (await this.#bench.another());
    let release = "";
    const meanwhile = async (name: string): Promise<void> => {
      release = name;
      await run.meanwhile?.(name);
    };
    const evidence = await runRelease(this.#bench, { phase: "Completed", ...run, version, meanwhile });
    return { evidence, backMs: this.#exposure(release, from) };
  }

  /** Evidence is being gathered, and there is not enough of it yet. */
  async #whenJudged(release: string): Promise<void> {
    const { objects, namespace } = this.#bench;
    const ref = { name: `${release}-weight-20`, namespace };
    const exists = async (): Promise<boolean> => (await objects.find(KIND.verification, ref)) !== undefined;
    await waitUntil("the candidate is judged", exists, { deadline: seconds(30), every: seconds(0.02) });
  }

  async #usePlan(plan: PlanOptions): Promise<void> {
    if (this.#plan === plan) return;
    const { objects, namespace } = this.#bench;
    await objects.apply(planObject(namespace, plan));
    await whenObserved(objects, KIND.plan, { name: PLAN, namespace });
    this.#plan = plan;
  }

  /** From when 20 % were in force to when the candidate had nothing again. */
  #exposure(release: string, from: Instant): number {
    const log = this.#bench.observer.log(from);
    const begin = log.find(atTwenty(release))?.at ?? Number.NaN;
    const back = log.find((s) => s.kind === "route" && s.at > begin && !Object.values(s.shares).includes(20));
    return (back?.at ?? Number.NaN) - begin;
  }

  async #lasting({ lasts }: ApiFault, name: string): Promise<void> {
    if (lasts === "end") await this.#bench.releases.whenPhase(name, FINAL, seconds(240));
    else await new Promise((resolve) => setTimeout(resolve, milliseconds(lasts)));
  }
}

const FAULTY = { version: "v4", phase: "Reverted", faulty: true } as const;

/** Lifts what was injected. @returns how often it was */
export function lifted(injection: Injection): Readonly<Record<string, number>> {
  injection.lift();
  return injection.counts;
}
