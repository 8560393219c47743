import type { ManualCheck } from "../../../api/checks/manual.ts";
import { outcomeKind } from "./outcome.ts";

/** A person answers once. */
export const manualRules = outcomeKind<ManualCheck>((check) => `a pass by ${whoMayAnswer(check)}`);

/** Who may answer, for people. */
export function whoMayAnswer({ role, groups = [], users = [] }: ManualCheck): string {
  const named = [
    ...(role === undefined ? [] : [`a holder of the role ${role}`]),
    ...groups.map((group) => `a member of ${group}`),
    ...users,
  ];
  return named.length === 0 ? "somebody who may answer" : named.join(" or ").slice(0, 400);
}
