import type { Check, Moment } from "../../api/check.ts";
import type { FrozenStep } from "../../api/frozen.ts";
import type { CheckResult, VerificationSpec } from "../../api/verification.ts";
import { milliseconds, readDuration, renderDuration } from "../../base/duration.ts";
import { renderInstant } from "../../base/instant.ts";
import { nextDeadline, type Outcome, type OutcomeContext, outcomeOf } from "../gate/outcome.ts";
import type { Side } from "../traffic/sides.ts";
import { withPartOfAlpha } from "./compare-alpha.ts";
import type { Output } from "./decision.ts";
import { isSlot, serviceOf } from "./names.ts";
import type { Observed } from "./observed.ts";
import {
  candidate,
  intend,
  liveBefore,
  planName,
  positionOf,
  type Run,
  resultsOf,
  stepOf,
  uidOf,
} from "./run.ts";
import { endSplitChecks, isSplitCheck, splitCounts } from "./split-checks.ts";

/** Characters of what one check said, in a sentence about several. */
const LONGEST_SAID = 300;

/** A Verification that the release wants to run. */
export interface Wanted {
  readonly name: string;
  readonly side: Side;
  readonly step: string;
  readonly moment: Moment;
  readonly checks: readonly Check[];
  /** Start of the evidence. */
  readonly from?: string;
  /** Time of the step in which metric checks look before they may pass. */
  readonly window?: string;
  /** Share that the candidate is asked to get. */
  readonly share?: FrozenStep["weight"];
}

/** Checks of the step whose Verification has this name, at whatever attempt: a former step's checks go on. */
export function checksOf(run: Run, verification: string): readonly Check[] {
  const stepOfFirst = (name: string) => run.frozen.steps.find((s) => attemptName(run, s.name, 1) === name);
  const step = stepOfFirst(verification) ?? stepOfFirst(verification.replace(/-[0-9]+$/, ""));
  return resolveChecks(run, step?.checks ?? []);
}

export const resolveChecks = (run: Run, names: readonly string[]): readonly Check[] =>
  (run.frozen.checks ?? []).filter((c) => names.includes(c.name));

export function verificationName(run: Run, step: string): string {
  const attempt =
    run.status.position?.step !== undefined && stepOf(run).name === step ? positionOf(run).attempt : 1;
  return attemptName(run, step, attempt);
}

const attemptName = (run: Run, step: string, attempt: number): string =>
  attempt === 1 ? `${run.release.metadata.name}-${step}` : `${run.release.metadata.name}-${step}-${attempt}`;

/**
 * Emits the intent to start a Verification that does not exist yet. Once it is written down it waits for no other
 * status: a candidate with traffic must not go unjudged because the API server refuses to store one.
 */
export function startVerification(run: Run, wanted: Wanted): void {
  if (run.observed.verifications[wanted.name] !== undefined || wanted.checks.length === 0) return;
  const intent = {
    kind: "verify",
    key: `${uidOf(run)}/verify/${wanted.name}`,
    name: wanted.name,
    release: run.release.metadata.name,
    spec: specOf(run, wanted),
  } as const;
  if (isWritten(run, intent.key)) run.out.first.push(intent);
  else intend(run, intent);
}

const isWritten = (run: Run, key: string): boolean =>
  run.release.status?.intents?.some((intent) => intent.key === key) === true;

function specOf(run: Run, wanted: Wanted): VerificationSpec {
  const { frozen } = run;
  const plan = planName(run);
  const onCandidate = wanted.side === candidate(run);
  const live = liveBefore(run);
  const baseline = onCandidate && live !== "none" ? serviceOf(plan, frozen, live) : undefined;
  const hold = wanted.window === undefined ? undefined : readDuration(wanted.window);
  const deadline = readDuration(frozen.timing.step) + (hold ?? 0);
  return {
    releaseRef: { name: run.release.metadata.name },
    step: wanted.step,
    moment: wanted.moment,
    target: {
      service: serviceOf(plan, frozen, wanted.side),
      plan,
      ...(isSlot(wanted.side) ? { slot: wanted.side } : {}),
      ...(baseline === undefined ? {} : { baselineService: baseline }),
      ...(wanted.share === undefined ? {} : { share: wanted.share }),
      version: frozen.package.version,
      ...(frozen.package.image === undefined ? {} : { image: frozen.package.image }),
      ...(onCandidate ? { packageDigest: frozen.packageDigest } : {}),
      serviceAccountName: frozen.serviceAccountName,
    },
    checks: wanted.checks.map((check) => withPartOfAlpha(check, frozen)),
    from: wanted.from ?? renderInstant(run.now),
    ...(hold === undefined || hold === 0 ? {} : { window: renderDuration(hold) }),
    deadline: renderDuration(milliseconds(deadline)),
  };
}

/** Judges the results of a Verification by the policies of its checks. */
export function verdictOf(
  run: Run,
  name: string,
  checks: readonly Check[],
  context: Omit<OutcomeContext, "at">,
): Outcome {
  const at = run.now;
  const outcome = outcomeOf(checks, resultsOf(run, name), { ...context, at });
  if (outcome.state === "waiting") {
    const next = nextDeadline(checks, { ...context, at });
    if (next !== undefined) run.out.wakes.push(next);
  }
  return outcome;
}

/** The first failure of a Verification, whatever its step is waiting for. */
export function firstFailure(run: Run, name: string): CheckResult | undefined {
  const context = { at: run.now, start: run.now };
  const counts = splitCounts(run, name === verificationName(run, stepOf(run).name));
  const checks = checksOf(run, name).filter((check) => counts || !isSplitCheck(check));
  return outcomeOf(checks, resultsOf(run, name), context).firstFailure;
}

/** Whether every check of a Verification stands at passed. */
export const allPassed = (run: Run, name: string): boolean =>
  outcomeOf(checksOf(run, name), resultsOf(run, name), {
    at: run.now,
    start: run.now,
  }).state === "passed";

/** Ends the Verifications of releases that have ended: nobody waits for their looks any more, but for `awaited`. */
export function endForgotten(
  observed: Observed,
  active: string | undefined,
  awaited: string | undefined,
  out: Output,
): void {
  for (const v of Object.values(observed.verifications)) {
    const release = observed.releases.find((r) => r.metadata.name === v.release);
    if (v.ended || v.name === awaited) continue;
    if (release === undefined || release.metadata.name === active) continue;
    out.intents.push({
      kind: "endVerification",
      key: `${release.metadata.uid ?? release.metadata.name}/end/${v.name}`,
      name: v.name,
    });
  }
}

/** Name of the n-th Verification that shows the live side to be well after a revert. */
export const backVerification = (run: Run, attempt: number): string =>
  `${run.release.metadata.name}-back${attempt === 1 ? "" : `-${attempt}`}`;

/** Ends every Verification of the release that is no longer needed, and of the others what is over. */
export function endOthers(run: Run): void {
  endSplitChecks(run, verificationName(run, stepOf(run).name));
  const needed = new Set([
    run.status.position?.verification,
    run.status.phase === "Preparing" ? `${run.release.metadata.name}-live` : undefined,
    run.status.ending === undefined
      ? undefined
      : (run.status.ending.verification ?? backVerification(run, 1)),
  ]);
  for (const v of Object.values(run.observed.verifications)) {
    if (v.release !== run.release.metadata.name || v.ended || needed.has(v.name)) continue;
    run.out.intents.push({ kind: "endVerification", key: `${uidOf(run)}/end/${v.name}`, name: v.name });
  }
}

/** The checks that could not decide, each with what it last said. */
export function undecidedOf(run: Run, name: string, { undecided }: Outcome): string {
  const results = resultsOf(run, name);
  const said = (check: string): string => {
    const message = results.find((result) => result.name === check)?.message;
    return message === undefined ? check : `${check} (${message.slice(0, LONGEST_SAID)})`;
  };
  return undecided.map(said).join(", ");
}
