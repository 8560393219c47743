import type { FrozenRelease, FrozenStep } from "../api/frozen.ts";
import type { Release } from "../api/release.ts";
import type { Live, ReleasePlanStatus } from "../api/release-plan.ts";
import { milliseconds, readDuration, renderDuration } from "../base/duration.ts";
import { readWeight } from "../base/weight.ts";
import { requiredReplicas } from "../core/plan/capacity.ts";
import { decide } from "../core/plan/decide.ts";
import { emptyOutput } from "../core/plan/decision.ts";
import { GATES } from "../core/plan/gates/index.ts";
import { keepHouse } from "../core/plan/housekeeping.ts";
import { firstLive, resolveLive } from "../core/plan/live.ts";
import type { Observed } from "../core/plan/observed.ts";
import { recovered } from "../core/plan/recover.ts";
import type { PlanObservation, TrafficAnswer } from "./command-context.ts";
import { type Changes, changesFromLive } from "./live-changes.ts";
import { warningsOf } from "./plan-warnings.ts";
import { type SharedForecast, sharedForecast } from "./shared-forecast.ts";
import {
  type ComparedMetric,
  type ComparisonForecast,
  comparedMetrics,
  comparisonsOf,
  type StepTraffic,
  stepTraffic,
} from "./traffic-forecast.ts";

/** What a release would do, from the functions that the controller runs. */
export interface Forecast {
  readonly plan: string;
  readonly release: string;
  readonly version: string;
  readonly live: Live;
  readonly slot?: string;
  /** Hash of the compiled release; the one that approvals refer to. */
  readonly hash?: string;
  readonly steps: readonly StepForecast[];
  /** Sum of all holds and settle times; the checks may take longer. Absent without steps. */
  readonly atLeast?: string;
  /** Steps that wait for a person. */
  readonly manual: readonly string[];
  readonly changes: Changes;
  /** What happens to the part that both slots share; absent for a program without one. */
  readonly shared?: SharedForecast;
  /** Gates that are not open: why the release would not start now, or would end at once. */
  readonly gates: readonly {
    readonly gate: string;
    readonly effect: "waits" | "ends";
    readonly message: string;
  }[];
  readonly warnings: readonly string[];
  /** NetworkPolicies of others that select the slot's pods: they apply to the candidate as well. */
  readonly networkPolicies: readonly string[];
  readonly notes: readonly string[];
}

export interface StepForecast {
  readonly name: string;
  readonly weight: string;
  readonly hold?: string;
  readonly deadline: string;
  /** Replicas that have to be ready before traffic moves. */
  readonly ready: number;
  readonly checks: readonly string[];
  /** Requests that the candidate gets in the hold at the present traffic; absent where that is not known. */
  readonly requests?: number;
  /** What comparisons will be able to see in the step. */
  readonly comparisons?: readonly ComparisonForecast[];
}

/** The live counters that the comparisons of a supposed release will read. */
export function metricsOf(observation: PlanObservation, release: Release): readonly ComparedMetric[] {
  const { observed, frozen } = compiled(observation, release);
  const { name, namespace = "default" } = observed.plan.metadata;
  return frozen === undefined ? [] : comparedMetrics(namespace, name, frozen);
}

/** A supposed release as the controller would compile it; not compiled where something is not usable. */
function compiled(observation: PlanObservation, release: Release) {
  const observed = recovered(observation.observed, observation.now);
  const answer = resolveLive(observed, statusOf(observed));
  const live = answer.known ? answer.live : firstLive(observed).live;
  return { observed, live, frozen: compile(observation, release, live) };
}

/**
 * Compiles a supposed release as the controller would, and asks every gate.
 * @param quota what is known of the namespace's quotas
 * @param traffic the present traffic, for what comparisons will be able to see
 */
export function forecast(
  observation: PlanObservation,
  release: Release,
  quota: readonly string[],
  traffic: TrafficAnswer = { counts: new Map(), notes: [] },
): Forecast {
  const { observed, live, frozen } = compiled(observation, release);
  const { name, namespace = "default" } = observed.plan.metadata;
  const comparisons = frozen === undefined ? [] : comparisonsOf(namespace, name, frozen);
  const ahead = new Map(
    frozen?.steps.map((step) => [step.name, stepTraffic(step, frozen, comparisons, traffic.counts)]) ?? [],
  );
  return {
    plan: observed.plan.metadata.name,
    release: release.metadata.name,
    version: release.spec.package.version,
    live,
    ...(frozen === undefined ? {} : { slot: frozen.slot, hash: frozen.hash, atLeast: atLeast(frozen) }),
    steps: frozen?.steps.map((s) => stepForecast(observed, frozen, s, ahead.get(s.name))) ?? [],
    manual: frozen?.steps.filter((s) => s.hold === "manual").map((s) => s.name) ?? [],
    changes: changesFromLive(observed, release, live),
    ...sharedForecast(observed.plan.status, frozen, observation.sharedObjects),
    gates: closedGates(observation, release),
    warnings: [
      ...warningsOf(observed, release.metadata.name, live, frozen),
      ...[...ahead.values()].flatMap((step) => step?.warnings ?? []),
      ...quota,
    ],
    networkPolicies: observation.policies ?? [],
    notes: [...observation.notes, ...traffic.notes],
  };
}

const statusOf = (observed: Observed): ReleasePlanStatus => ({
  observedGeneration: -1,
  ...observed.plan.status,
});

/** Every gate that is not open; the controller itself stops at the first. */
function closedGates({ observed, now }: PlanObservation, release: Release): Forecast["gates"] {
  const planStatus = statusOf(observed);
  const house = planStatus.activeRelease === undefined ? keepHouse(observed, planStatus, emptyOutput()) : {};
  return GATES.flatMap((gate) => {
    const said = gate.ask({ observed, planStatus, house, release, now });
    if (said.kind === "open") return [];
    const effect = said.kind === "wait" ? ("waits" as const) : ("ends" as const);
    return [{ gate: gate.name, effect, message: said.message }];
  });
}

/**
 * What the controller would freeze if it started the release now. Undefined while program, checks or routes are not
 * usable, which the gates say.
 */
function compile(
  { observed, now }: PlanObservation,
  release: Release,
  live: Live,
): FrozenRelease | undefined {
  const { name } = release.metadata;
  const status = { ...statusOf(observed), liveSlot: live, activeRelease: name };
  const started = {
    ...observed,
    plan: { ...observed.plan, status },
    releases: [...observed.releases.filter((r) => r.metadata.name !== name), release],
  };
  return decide(started, now).releases[name]?.frozen;
}

function stepForecast(
  observed: Observed,
  frozen: FrozenRelease,
  step: FrozenStep,
  ahead: StepTraffic | undefined,
): StepForecast {
  const basis = { replicas: frozen.replicas, floor: readyOf(observed, frozen.live) };
  return {
    name: step.name,
    weight: typeof step.weight === "number" ? `${step.weight}%` : step.weight,
    ...(step.hold === undefined ? {} : { hold: step.hold }),
    deadline: step.deadline,
    ready: requiredReplicas(basis, readWeight(step.capacityFor)),
    checks: step.checks,
    ...(ahead === undefined ? {} : { requests: ahead.requests, comparisons: ahead.comparisons }),
  };
}

export function readyOf(observed: Observed, live: Live): number {
  if (live === "none") return 0;
  return live === "adopted" ? (observed.adopted?.readyEndpoints ?? 0) : observed.slots[live].readyEndpoints;
}

function atLeast(frozen: FrozenRelease): string {
  const settle = readDuration(frozen.timing.settle);
  const total = frozen.steps.reduce((sum, step) => {
    const hold = step.hold === undefined || step.hold === "manual" ? 0 : readDuration(step.hold);
    return sum + hold + (step.kind === "traffic" ? settle : 0);
  }, 0);
  return renderDuration(milliseconds(total));
}
