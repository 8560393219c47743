import type { Check } from "../../api/check.ts";
import type { CheckResult, Verification } from "../../api/verification.ts";
import { digestOf } from "../../base/json.ts";
import { bindTarget } from "../../core/gate/bind-target.ts";
import { kindOf } from "../../core/gate/kinds/index.ts";
import type { Cancel } from "../../ports/clock.ts";

/** A check of a running Verification: its result so far, and when it looks next. */
export interface CheckRun {
  /** The check with its target filled in. */
  readonly check: Check;
  /** Digest of check, target and start of the evidence: a result of another one is not continued. */
  readonly of: string;
  /** Why it can't be run at all. */
  readonly broken?: string;
  result: CheckResult;
  /** Takes the timer of the next look back. */
  cancel: Cancel | undefined;
  /** A look is queued or under way. */
  busy: boolean;
}

/** The digest is kept in the memory, beside the judge's own members. */
const OF = "of";

/** Prepares a check, continuing with `known`, an earlier result, where that is of the very same check. */
export function makeCheckRun(
  verification: Verification,
  check: Check,
  known: CheckResult | undefined,
  validator: string,
): CheckRun {
  const { spec, metadata } = verification;
  const of = digestOf([check, spec.target, spec.from ?? null]).slice("sha256:".length, "sha256:".length + 16);
  const bound = bindTarget(check, {
    namespace: metadata.namespace ?? "",
    service: spec.target.service,
    baselineService: spec.target.baselineService,
    plan: spec.target.plan,
    slot: spec.target.slot,
    release: spec.releaseRef?.name,
    version: spec.target.version,
  });
  const result =
    known?.memory?.[OF] === of ? known : waitingResult(check, validator, bound.ok ? undefined : bound.error);
  const run = { of, result: remembering(result, of), cancel: undefined, busy: false };
  return bound.ok ? { ...run, check: bound.value } : { ...run, check, broken: bound.error };
}

/** Notes in a result which check it is of. */
export const remembering = (result: CheckResult, of: string): CheckResult => ({
  ...result,
  memory: { ...result.memory, [OF]: of },
});

/** What a check says before its first look; one that can't be run says so and is no `pending`. */
function waitingResult(check: Check, validator: string, broken: string | undefined): CheckResult {
  return {
    name: check.name,
    kind: kindOf(check),
    severity: check.severity ?? "blocking",
    ...(check.advisory ? { advisory: true } : {}),
    verdict: broken === undefined ? "pending" : "error",
    reason: broken === undefined ? "NotLooked" : "InvalidCheck",
    message: broken ?? "no look has been made yet",
    validator,
  };
}
