import type { Check } from "../../api/check.ts";
import { rulesOf } from "./kinds/index.ts";

/** What a check of the observed share asks for; undefined for any other check. */
export const splitOf = (check: Check): NonNullable<Check["prometheus"]>["split"] => check.prometheus?.split;

/** Fills in the members whose default depends on the kind. Window and deadline stay open: they are the step's. */
export function withDefaults(check: Check): Check {
  const { rules, spec } = rulesOf(check);
  return {
    ...check,
    when: check.when ?? [...rules.when(spec)],
    severity: check.severity ?? "blocking",
    advisory: check.advisory ?? splitOf(check)?.source === "pods",
    onInconclusive: check.onInconclusive ?? "hold",
  };
}
