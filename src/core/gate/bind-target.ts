import type { Check } from "../../api/check.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { fillStrings } from "./fill-check.ts";
import type { Filling } from "./placeholders.ts";

/** What `{{target.…}}` may name. Known only when a check is about to run. */
export interface BoundTarget {
  readonly namespace: string;
  readonly service: string;
  /** Service of the live side while both get traffic. */
  readonly baselineService?: string | undefined;
  readonly plan?: string | undefined;
  readonly slot?: string | undefined;
  readonly release?: string | undefined;
  readonly version?: string | undefined;
}

export const TARGET_NAMES = [
  "service",
  "baselineService",
  "namespace",
  "plan",
  "slot",
  "release",
  "version",
] as const;

const isTargetName = (name: string): name is (typeof TARGET_NAMES)[number] =>
  (TARGET_NAMES as readonly string[]).includes(name);

export const isTargetPlaceholder = (name: string): boolean =>
  name.startsWith("target.") && isTargetName(name.slice("target.".length));

/** `{{window}}` grows with time, so it is the only one that a look itself fills in, and only in a query. */
export const isWindowPlaceholder = (name: string, path: string): boolean =>
  name === "window" && path === "prometheus.query.expr";

/** `{{vars.…}}` of a journey are captured while it is walked; `kinds/journey.ts` sees to it that they are. */
export const isVarPlaceholder = (name: string, path: string): boolean =>
  name.startsWith(VARS) && /^journey\.steps\.\d+\.(path|url|headers|body|expect)/.test(path);

/** Begins the names of what a journey captured. */
export const VARS = "vars.";

/** Where nothing is live a comparison does not apply, and its live selectors are not read. */
const ofNoBaseline = (key: string, path: string): boolean =>
  key === "baselineService" && /^compare\.metrics\.\d+\.live\./.test(path);

/**
 * Fills in the target of a resolved check. Doing it again changes nothing.
 * The error names the field and what the Verification lacks.
 */
export function bindTarget(check: Check, target: BoundTarget): Result<Check, string> {
  const bound = fillStrings(check, (name, path): Filling => {
    if (isWindowPlaceholder(name, path) || isVarPlaceholder(name, path)) return { kind: "later" };
    const key = name.slice("target.".length);
    if (!name.startsWith("target.") || !isTargetName(key))
      return { kind: "unknown", remedy: `use one of ${TARGET_NAMES.map((n) => `target.${n}`).join(", ")}` };
    const value = target[key] ?? (ofNoBaseline(key, path) ? "" : undefined);
    if (value === undefined)
      return { kind: "unknown", remedy: `give spec.target.${key} of the Verification` };
    return { kind: "value", value, literal: true };
  });
  if (bound.ok) return ok(bound.value);
  return err(`check "${check.name}", ${bound.error.path}: ${bound.error.message}`);
}
