import type { Check, Moment } from "../../../api/check.ts";
import type { Duration } from "../../../base/duration.ts";
import type { Finding, KindInput } from "../finding.ts";
import type { Look } from "../look.ts";
import type { CheckProblem } from "../selector-problems.ts";

/** What the gate has to know of one check kind. `S` is the check's member of that kind. */
export interface KindRules<S> {
  /** Moments at which such a check runs unless it says otherwise. */
  readonly when: (spec: S) => readonly Moment[];
  /**
   * Time to look at before it may pass, unless the check says otherwise: none, the step's hold, or the hold but
   * at least what metrics need.
   */
  readonly window: "none" | "hold" | "metric";
  /** Time between two looks. */
  readonly interval: (spec: S) => Duration;
  /** Longest time of one look. The checker's own limit, where it has one, is shorter: it has the better message. */
  readonly lookLimit: (spec: S) => Duration;
  /** Passed for good: no look can change it any more. */
  readonly once?: true;
  /** What the schema can't say, because arguments of templates are not known at admission. */
  readonly problems?: (spec: S, check: Check) => readonly CheckProblem[];
  /** The plain form of a sound one: what arguments could only say as text is written as it is meant. */
  readonly plain?: (spec: S) => S;
  /** Judges a look; undefined for a look that is not of this kind. Pure. */
  readonly judge: (input: KindInput<Look>, spec: S) => Finding | undefined;
}
