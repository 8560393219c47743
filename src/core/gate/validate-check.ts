import { type Check, check as checkSchema } from "../../api/check.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { kindOf, rulesOf } from "./kinds/index.ts";
import type { CheckProblem } from "./selector-problems.ts";

/**
 * Validates a check whose arguments are written in, and brings it into its plain form. Admission can't do this
 * for templates, because there the values are not known yet.
 */
export function validateCheck(value: Check): Result<Check, readonly CheckProblem[]> {
  const parsed = checkSchema.safeParse(value);
  if (!parsed.success)
    return err(parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })));
  const check = parsed.data;
  const { rules, spec } = rulesOf(check);
  const problems = rules.problems?.(spec, check) ?? [];
  if (problems.length > 0) return err(problems);
  return ok(rules.plain === undefined ? check : { ...check, [kindOf(check)]: rules.plain(spec) });
}
