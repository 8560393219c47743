import type { Check } from "../../api/check.ts";
import type { VerificationTemplateSpec } from "../../api/verification-template.ts";
import { err, ok, type Result } from "../../base/result.ts";
import {
  isTargetPlaceholder,
  isVarPlaceholder,
  isWindowPlaceholder,
  TARGET_NAMES,
  VARS,
} from "./bind-target.ts";
import { type FillProblem, fillStrings } from "./fill-check.ts";
import { type Filling, placeholdersIn } from "./placeholders.ts";

/** Arguments of a template by name, defaults filled in; the errors are sentences with the remedy. */
export function readArguments(
  template: VerificationTemplateSpec,
  given: Readonly<Record<string, string>>,
): Result<Readonly<Record<string, string>>, readonly string[]> {
  const declared = template.args ?? [];
  const names = declared.map(({ name }) => name);
  const errors: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!names.includes(name))
      errors.push(`the template has no argument "${name}"; it has ${names.join(", ") || "none"}`);
    if (placeholdersIn(value).length > 0)
      errors.push(`the value of "${name}" holds a placeholder; arguments are plain text`);
  }
  const values: Record<string, string> = {};
  for (const { name, default: fallback } of declared) {
    const value = Object.hasOwn(given, name) ? given[name] : fallback;
    if (value === undefined) errors.push(`the argument "${name}" is required; give args.${name}`);
    else values[name] = value;
  }
  return errors.length > 0 ? err(errors) : ok(values);
}

/** Writes the arguments into a check of a template. */
export const fillTemplateCheck = (
  check: Check,
  args: Readonly<Record<string, string>>,
): Result<Check, FillProblem> =>
  fillStrings(check, (name, path) => {
    if (!name.startsWith("args.")) return lateOrUnknown(name, path, "args.NAME");
    const key = name.slice("args.".length);
    const value = Object.hasOwn(args, key) ? args[key] : undefined;
    if (value === undefined)
      return { kind: "unknown", remedy: `declare the argument "${key}" in the template` };
    return { kind: "value", value, literal: false };
  });

/** Checks the placeholders of an entry that is a check of its own: it has no arguments. */
export const fillOwn = (check: Check): Result<Check, FillProblem> =>
  fillStrings(check, (name, path) => lateOrUnknown(name, path));

function lateOrUnknown(name: string, path: string, ...more: readonly string[]): Filling {
  if (isTargetPlaceholder(name) || isWindowPlaceholder(name, path) || isVarPlaceholder(name, path))
    return { kind: "later" };
  const known = [...more, ...TARGET_NAMES.map((target) => `target.${target}`)];
  if (path === "prometheus.query.expr") known.push("window");
  if (isVarPlaceholder(VARS, path)) known.push("vars.NAME");
  return { kind: "unknown", remedy: `use one of ${known.join(", ")}` };
}
