import type { Check, VerificationEntry } from "../../api/check.ts";
import { CHECK_KINDS } from "../../api/checks/kinds.ts";
import type { VerificationTemplate, VerificationTemplateSpec } from "../../api/verification-template.ts";
import { withDefaults } from "./defaults.ts";
import { kindsOf } from "./kinds/index.ts";
import { fillOwn, fillTemplateCheck, readArguments } from "./template-args.ts";
import { validateCheck } from "./validate-check.ts";

/** `missing`: a reference that may appear later, the release waits for it. `invalid`: it has to be corrected. */
export interface ResolveProblem {
  readonly kind: "missing" | "invalid";
  /** Field of the plan, or of the template, that has to change. */
  readonly field: string;
  /** One sentence with field and remedy. */
  readonly message: string;
}

export type Resolution =
  | { readonly ok: true; readonly checks: readonly Check[] }
  | (ResolveProblem & { readonly ok: false; readonly problems: readonly ResolveProblem[] });

/** Looks a template up: of the plan's namespace, or of the cluster. */
export type FindTemplate = (
  kind: VerificationTemplate["kind"],
  name: string,
) => VerificationTemplateSpec | undefined;

const MOST_CHECKS = 200;
const LONGEST_NAME = 127;

/**
 * Turns the entries of `ReleasePlan.spec.verification` into checks: templates looked up, arguments written in,
 * defaults by kind filled in. `{{target.…}}` stays until `bindTarget`. All problems are reported, an invalid
 * one first: waiting for what is missing would not help then.
 */
export function resolveChecks(entries: readonly VerificationEntry[], findTemplate: FindTemplate): Resolution {
  const problems: ResolveProblem[] = [];
  const checks: Check[] = [];
  for (const entry of entries) {
    const kinds = kindsOf(entry).length + (entry.templateRef === undefined ? 0 : 1);
    if (kinds !== 1)
      problems.push(invalid(fieldOf(entry), `give exactly one of ${CHECK_KINDS.join(", ")}, templateRef`));
    else
      checks.push(
        ...(entry.templateRef ? fromTemplate(entry, findTemplate, problems) : ownCheck(entry, problems)),
      );
  }
  const seen = new Set<string>();
  for (const { name } of checks) {
    if (seen.has(name))
      problems.push(invalid("verification", `two checks are named "${name}"; rename an entry`));
    seen.add(name);
  }
  if (checks.length > MOST_CHECKS)
    problems.push(
      invalid("verification", `${checks.length} checks are more than ${MOST_CHECKS}; take some out`),
    );
  const first = problems.find(({ kind }) => kind === "invalid") ?? problems[0];
  return first === undefined ? { ok: true, checks } : { ok: false, ...first, problems };
}

const fieldOf = (entry: VerificationEntry): string => `verification[${entry.name}]`;
const invalid = (field: string, message: string): ResolveProblem => ({
  kind: "invalid",
  field,
  message: `${field}: ${message}`,
});

function ownCheck(entry: VerificationEntry, problems: ResolveProblem[]): readonly Check[] {
  if (entry.args !== undefined) {
    problems.push(invalid(`${fieldOf(entry)}.args`, "only a templateRef takes arguments; take them out"));
    return [];
  }
  const { templateRef: _, args: __, ...check } = entry;
  return finish(fieldOf(entry), fillOwn(check), problems);
}

function fromTemplate(
  entry: VerificationEntry,
  findTemplate: FindTemplate,
  problems: ResolveProblem[],
): readonly Check[] {
  const ref = entry.templateRef ?? { name: "", kind: "VerificationTemplate" as const };
  const field = fieldOf(entry);
  const found =
    findTemplate(ref.kind, ref.name) ??
    (ref.kind === "VerificationTemplate" ? findTemplate("ClusterVerificationTemplate", ref.name) : undefined);
  if (found === undefined) {
    const kinds =
      ref.kind === "VerificationTemplate" ? "VerificationTemplate or ClusterVerificationTemplate" : ref.kind;
    const where = `${field}.templateRef`;
    const message = `${where}: there is no ${kinds} "${ref.name}"; create it or correct the name`;
    problems.push({ kind: "missing", field: where, message });
    return [];
  }
  const args = readArguments(found, entry.args ?? {});
  if (!args.ok) {
    for (const message of args.error) problems.push(invalid(`${field}.args`, message));
    return [];
  }
  const single = found.checks.length === 1;
  return found.checks.flatMap((check) => {
    const { onlyWith = [], ...plain } = check;
    if (onlyWith.some((name) => (args.value[name] ?? "") === "")) return [];
    const name = single ? entry.name : `${entry.name}-${check.name}`;
    if (name.length > LONGEST_NAME) {
      problems.push(invalid(field, `the name "${name}" is longer than ${LONGEST_NAME}; shorten the entry's`));
      return [];
    }
    const named = { ...plain, ...policyOf(entry), name };
    return finish(
      `${field}, check "${check.name}" of ${ref.name}`,
      fillTemplateCheck(named, args.value),
      problems,
    );
  });
}

/** What the entry says about policy wins over what the template says. */
function policyOf(entry: VerificationEntry): Partial<Check> {
  const { when, severity, advisory, window, deadline, onInconclusive } = entry;
  const policy = { when, severity, advisory, window, deadline, onInconclusive };
  return Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined));
}

function finish(
  field: string,
  filled: ReturnType<typeof fillTemplateCheck>,
  problems: ResolveProblem[],
): readonly Check[] {
  if (!filled.ok) {
    const where = `${field}.${filled.error.path}`;
    problems.push({ kind: "invalid", field: where, message: `${where}: ${filled.error.message}` });
    return [];
  }
  const validated = validateCheck(filled.value);
  if (validated.ok) return [withDefaults(validated.value)];
  for (const { path, message } of validated.error)
    problems.push(invalid(path === "" ? field : `${field}.${path}`, message));
  return [];
}
