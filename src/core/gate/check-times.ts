import type { Check } from "../../api/check.ts";
import type { VerificationSpec } from "../../api/verification.ts";
import { type Duration, milliseconds, readDuration, seconds } from "../../base/duration.ts";
import { type Instant, plus, readInstant } from "../../base/instant.ts";
import { rulesOf } from "./kinds/index.ts";

/** Metrics are looked at for at least this long, however short the hold is, unless the check says otherwise. */
const SHORTEST_METRIC_WINDOW = seconds(30);

/** Start of the evidence, window and deadline of a check in a Verification that started at `start`. */
export function timesOf(
  check: Check,
  spec: Pick<VerificationSpec, "from" | "window" | "deadline">,
  start: Instant,
): { readonly from: Instant; readonly window: Duration; readonly deadline: Instant } {
  return {
    from: (spec.from === undefined ? undefined : readInstant(spec.from)) ?? start,
    window: windowOf(check, spec.window),
    deadline: plus(start, readDuration(check.deadline ?? spec.deadline)),
  };
}

/** Where no window is given, functional checks have none: they conclude by answers in a row. */
function windowOf(check: Check, step: string | undefined): Duration {
  if (check.window !== undefined) return readDuration(check.window);
  const { window } = rulesOf(check).rules;
  const hold = step === undefined || window === "none" ? milliseconds(0) : readDuration(step);
  return window === "metric" ? milliseconds(Math.max(SHORTEST_METRIC_WINDOW, hold)) : hold;
}
