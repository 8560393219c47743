import type { TrafficTarget } from "../../api/frozen.ts";
import { basisPoints } from "../../base/weight.ts";
import { renderBackendName, sideOf } from "./backend-refs.ts";
import { locateRules } from "./locate-rules.ts";
import type { RouteObject, RouteRule } from "./route-object.ts";
import { DEFAULT_WEIGHT, readShares } from "./shares.ts";
import { type Backends, SIDES, type Side, type Split, sameSplit, sidesOf } from "./sides.ts";

export interface SplitReading {
  readonly split: Split;
  readonly mixed: boolean;
  readonly foreign: readonly string[];
  /** Sides with a known Service that at least one given rule does not name. */
  readonly missing: readonly Side[];
  /** Given rules that are no longer in the route. */
  readonly missingRules: readonly string[];
}

/** Reads what the given rules say about the sides; never fails, whatever people made of the weights. */
export function readSplit(
  route: RouteObject,
  namespace: string,
  target: Pick<TrafficTarget, "rules" | "ruleNames">,
  backends: Backends,
): SplitReading {
  const { found, missing: missingRules } = locateRules(route, namespace, target, backends);
  const splits = found.map(({ rule }) => readRule(rule, namespace, backends));
  const foreign = new Set(found.flatMap(({ rule }) => foreignIn(rule, namespace, backends)));
  const first = splits[0] ?? {};
  return {
    split: largest(splits),
    mixed: splits.some((split) => !sameSplit(split, first)),
    foreign: [...foreign],
    missing: sidesOf(backends).filter((side) => splits.some((split) => split[side] === undefined)),
    missingRules,
  };
}

/** Shares of one rule; several backendRefs of one side count together. */
export function readRule(rule: RouteRule, namespace: string, backends: Backends): Split {
  const refs = rule.backendRefs ?? [];
  const shares = readShares(refs.map((ref) => ref.weight ?? DEFAULT_WEIGHT));
  const split: Partial<Record<Side, number>> = {};
  for (const [index, ref] of refs.entries()) {
    const side = sideOf(ref, namespace, backends);
    if (side !== undefined) split[side] = (split[side] ?? 0) + (shares[index] ?? 0);
  }
  return Object.fromEntries(sidesOf(split).map((side) => [side, basisPoints(split[side] ?? 0)]));
}

const foreignIn = (rule: RouteRule, namespace: string, backends: Backends): readonly string[] =>
  (rule.backendRefs ?? [])
    .filter((ref) => sideOf(ref, namespace, backends) === undefined)
    .map((ref) => renderBackendName(ref, namespace));

function largest(splits: readonly Split[]): Split {
  const sides = SIDES.filter((side) => splits.some((split) => split[side] !== undefined));
  return Object.fromEntries(
    sides.map((side) => [side, basisPoints(Math.max(...splits.map((split) => split[side] ?? 0)))]),
  );
}
