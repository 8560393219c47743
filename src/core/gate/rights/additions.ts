import type { RightsCheck } from "../../../api/checks/rights.ts";
import { type PodRights, usualRights, withoutSlot } from "./pod-rights.ts";
import { type Grant, holds, type Right, rightsIn, tellRight } from "./rule.ts";

/** What one side's pods may do. */
export interface SideRights {
  readonly pods: PodRights;
  readonly grants: readonly Grant[];
}

export interface Addition {
  readonly reason: "RightsAdded" | "UserAdded" | "CapabilityAdded" | "SecretAdded";
  readonly told: string;
}

/** A grant of everything is one finding; thousands of rights are not told one by one. */
const MOST_TOLD = 100;

/**
 * What the candidate's pods may do that neither the live side's may nor somebody has approved.
 * @param live absent: nothing is live, and all that is not usual is an addition
 */
export function additionsOf(
  candidate: SideRights,
  live: SideRights | undefined,
  approved: NonNullable<RightsCheck["approved"]>,
  namespace: string,
): readonly Addition[] {
  const known = live?.pods ?? usualRights(candidate.pods);
  const { users = [], capabilities = [], secrets = [], rules = [] } = approved;
  const grants = [
    ...(live?.grants ?? []),
    ...rules.map(({ namespace: where, ...rule }) => ({ namespace: where ?? namespace, rule })),
  ];
  return [
    ...addedRights(candidate.grants, grants).map((told): Addition => ({ reason: "RightsAdded", told })),
    ...without(candidate.pods.capabilities, [...known.capabilities, ...capabilities]).map(
      (name): Addition => ({ reason: "CapabilityAdded", told: `capability ${name}` }),
    ),
    ...without(candidate.pods.users, [...known.users, ...users.map(String)]).map(
      (user): Addition => ({ reason: "UserAdded", told: `containers run as user ${user}` }),
    ),
    ...without(candidate.pods.secrets, [...known.secrets, ...secrets.map(withoutSlot)]).map(
      (name): Addition => ({ reason: "SecretAdded", told: `Secret ${name}` }),
    ),
  ];
}

const without = (list: readonly string[], known: readonly string[]): readonly string[] =>
  list.filter((entry) => !known.includes(entry));

function addedRights(candidate: readonly Grant[], known: readonly Grant[]): readonly string[] {
  const told = new Set<string>();
  for (const grant of candidate) {
    const rights = rightsIn(grant);
    if (rights === undefined) told.add("a rule with more rights than can be compared; split it");
    for (const right of rights ?? []) {
      if (told.size >= MOST_TOLD) return [...told];
      if (!isKnown(right, known)) told.add(tellRight(right));
    }
  }
  return [...told];
}

/** Objects of the slots are the same right under either slot's name. */
const isKnown = (right: Right, known: readonly Grant[]): boolean =>
  known.some((grant) => holds(grant, right) || holds(nameless(grant), slotless(right)));

const slotless = (right: Right): Right =>
  right.name === undefined ? right : { ...right, name: withoutSlot(right.name) };
const nameless = ({ namespace, rule }: Grant): Grant => ({
  namespace,
  rule: rule.resourceNames?.length ? { ...rule, resourceNames: rule.resourceNames.map(withoutSlot) } : rule,
});
