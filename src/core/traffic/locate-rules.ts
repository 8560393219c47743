import type { TrafficTarget } from "../../api/frozen.ts";
import { sidesIn } from "./backend-refs.ts";
import type { RouteObject, RouteRule } from "./route-object.ts";
import type { Backends } from "./sides.ts";

export interface LocatedRule {
  readonly index: number;
  readonly rule: RouteRule;
  /** Its name, where the rule was given by name. */
  readonly name?: string;
}

export interface LocatedRules {
  readonly found: readonly LocatedRule[];
  /** Given rules that are no longer there: a name in quotes, or `number 1`. */
  readonly missing: readonly string[];
}

/**
 * Finds the rules that Bascule was given in the route as it is now. A named rule is found by its name alone.
 * One without a name was the only rule at the start; people may have put others beside it since, so it is the
 * rule that points to most of our sides (a rule made for trying one slot points to one of them only).
 */
export function locateRules(
  route: RouteObject,
  namespace: string,
  target: Pick<TrafficTarget, "rules" | "ruleNames">,
  backends: Backends,
): LocatedRules {
  const rules = route.spec.rules ?? [];
  const found: LocatedRule[] = [];
  const missing: string[] = [];
  for (const [position, start] of target.rules.entries()) {
    const name = target.ruleNames?.[position] || undefined;
    const index =
      name === undefined
        ? nameless(rules, start, (rule) => sidesIn(rule, namespace, backends))
        : rules.findIndex((rule) => rule.name === name);
    const rule = rules[index];
    if (rule === undefined) missing.push(name === undefined ? `number ${start + 1}` : `"${name}"`);
    else found.push({ index, rule, ...(name === undefined ? {} : { name }) });
  }
  return { found, missing };
}

/** Index of the rule, or -1 when that is in doubt. */
function nameless(rules: readonly RouteRule[], start: number, score: (rule: RouteRule) => number): number {
  const scores = rules.map(score);
  const best = Math.max(0, ...scores);
  if (best === 0) return rules.length === 1 ? 0 : -1;
  if (scores[start] === best) return start;
  const first = scores.indexOf(best);
  return scores.lastIndexOf(best) === first ? first : -1;
}
