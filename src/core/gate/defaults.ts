import type { Check, CheckKind, Moment, VerificationEntry } from "../../api/check.ts";
import { CHECK_KINDS } from "../../api/check.ts";

/** Moments by kind: functional checks also before traffic, metric checks only where there is traffic. */
const WHEN: Readonly<Record<CheckKind, readonly Moment[]>> = {
  http: ["beforeTraffic", "steps", "observe"],
  job: ["beforeTraffic"],
  prometheus: ["steps", "observe"],
  compare: ["steps", "observe"],
};

/** The kinds that an entry has; a sound one has exactly one. */
export const kindsOf = (entry: VerificationEntry | Check): readonly CheckKind[] =>
  CHECK_KINDS.filter((kind) => entry[kind] !== undefined);

/** The kind of a check. @throws TypeError for one without a kind, which admission and `resolveChecks` refuse. */
export function kindOf(check: Check): CheckKind {
  const [kind] = kindsOf(check);
  if (kind === undefined) throw new TypeError(`check "${check.name}" has no kind`);
  return kind;
}

/** What a check of the observed share asks for; undefined for any other check. */
export const splitOf = (check: Check): NonNullable<Check["prometheus"]>["split"] => check.prometheus?.split;

/** Fills in the members whose default depends on the kind. Window and deadline stay open: they are the step's. */
export const withDefaults = (check: Check): Check => ({
  ...check,
  when: check.when ?? (splitOf(check) === undefined ? [...WHEN[kindOf(check)]] : ["steps"]),
  severity: check.severity ?? "blocking",
  advisory: check.advisory ?? splitOf(check)?.source === "pods",
  onInconclusive: check.onInconclusive ?? "hold",
});
