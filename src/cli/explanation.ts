import type { ReleaseStatus } from "../api/release.ts";
import { renderInstant } from "../base/instant.ts";
import { decide } from "../core/plan/decide.ts";
import { GATES } from "../core/plan/gates/index.ts";
import type { TraceEntry } from "../core/plan/intents.ts";
import { isFinal } from "../core/plan/phases.ts";
import { RULES } from "../core/plan/rules/index.ts";
import type { PlanObservation } from "./command-context.ts";
import { describeIntent } from "./describe-intent.ts";

/** What the controller would decide about a release now. */
export interface Explanation {
  readonly release: string;
  readonly plan: string;
  /** Time for which the decision was made. */
  readonly at: string;
  readonly before: StateText;
  /** State after the decision; the same as before when nothing changes. */
  readonly after: StateText;
  /** Rules or gates that had nothing to say, in the order in which they were asked. */
  readonly silent: readonly string[];
  readonly spoke: readonly TraceEntry[];
  /** Carried out before any status is stored: reverts. */
  readonly atOnce: readonly string[];
  /** Carried out after the statuses are stored. */
  readonly afterwards: readonly string[];
  readonly wakeAt?: string;
  readonly notes: readonly string[];
}

export interface StateText {
  readonly phase: string;
  readonly step?: string;
  readonly stage?: string;
  readonly weight?: string;
  readonly held?: string;
  readonly message: string;
}

/** Runs the controller's own `decide` on what was observed; nothing is carried out. */
export function explainRelease(observation: PlanObservation, name: string): Explanation {
  const { observed, now, notes } = observation;
  const release = observed.releases.find((r) => r.metadata.name === name);
  const decision = decide(observed, now);
  const before = stateOf(release?.status);
  const after = stateOf(decision.releases[name] ?? release?.status);
  const spoke = decision.trace.filter((t) => t.about === name);
  const ended = isFinal(release?.status?.phase);
  const chain = release?.status?.frozen === undefined ? GATES.map((g) => g.name) : RULES.map((r) => r.name);
  const upTo = spoke[0] === undefined ? chain.length : chain.indexOf(spoke[0].rule);
  return {
    release: name,
    plan: observed.plan.metadata.name,
    at: renderInstant(now),
    before,
    after,
    silent: ended ? [] : chain.slice(0, Math.max(0, upTo)),
    spoke,
    atOnce: decision.first.map(describeIntent),
    afterwards: decision.intents.map(describeIntent),
    ...(decision.wakeAt === undefined ? {} : { wakeAt: renderInstant(decision.wakeAt) }),
    notes,
  };
}

function stateOf(status: ReleaseStatus | undefined): StateText {
  const { phase = "Pending", step, position, weight, hold, message = "" } = status ?? {};
  return {
    phase,
    ...(step === undefined ? {} : { step }),
    ...(position === undefined ? {} : { stage: position.stage }),
    ...(weight === undefined ? {} : { weight }),
    ...(hold === undefined ? {} : { held: hold.id }),
    message,
  };
}
