/**
 * The chance of a false alarm is of the release, not of a look or a step: the steps that judge a comparison get
 * equal parts of it.
 */
import type { Check } from "../../api/check.ts";
import type { FrozenRelease, FrozenStep } from "../../api/frozen.ts";
import { EVERYTHING, NOTHING, readWeight } from "../../base/weight.ts";
import { needsLooks } from "../gate/judge-compare.ts";

const judges = (check: Check, step: FrozenStep): boolean => {
  if (!step.checks.includes(check.name)) return false;
  const weight = readWeight(step.weight);
  return weight > NOTHING && (weight < EVERYTHING || needsLooks(check));
};

/** The check with the part of its alpha that one step may spend. */
export function withPartOfAlpha(check: Check, { steps }: Pick<FrozenRelease, "steps">): Check {
  const { compare } = check;
  if (compare === undefined) return check;
  const parts = Math.max(1, steps.filter((step) => judges(check, step)).length);
  // The schema's least; a plan of a hundred steps would spend that much in each.
  return { ...check, compare: { ...compare, alpha: Math.max(LEAST_ALPHA, compare.alpha / parts) } };
}

const LEAST_ALPHA = 0.0001;
