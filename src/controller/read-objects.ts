import type { z } from "zod";
import { type FrozenRelease, isNewerForm, newerFrozen } from "../api/frozen.ts";
import type { KubeObject } from "../api/object.ts";
import { type Release, type ReleaseStatus, releaseSpec, releaseStatus } from "../api/release.ts";
import { type ReleasePlan, releasePlanSpec, releasePlanStatus } from "../api/release-plan.ts";
import { type VerificationTemplateSpec, verificationTemplateSpec } from "../api/verification-template.ts";
import { err, ok, type Result } from "../base/result.ts";

type Raw = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

/** First problem of a parse, as `field: what`. */
function problemOf(error: z.ZodError, at: string): string {
  const issue = error.issues[0];
  const path = issue?.path.map(String).join(".") ?? "";
  return `${path === "" ? at : `${at}.${path}`}: ${issue?.message ?? "invalid"}`;
}

/** An object as far as it can be read. `problem` names the field of its spec that can't. */
export interface Readable<T> {
  readonly value: T;
  readonly problem?: string;
}

/** Stands in where a running release no longer needs the plan's own word, because its form is frozen. */
const PLACEHOLDERS = { stack: { program: { name: "unreadable" } }, strategy: { direct: {} } };

/**
 * Reads a plan with its defaults. A spec that does not fit (stored under an older schema) is a problem with the
 * field's name; every other field is still read, so that a release that runs by its frozen form goes on and back.
 */
export function readPlan(object: KubeObject): Result<Readable<ReleasePlan>, string> {
  const raw = object as Raw;
  const status = releasePlanStatus.safeParse(raw.status ?? {});
  if (!status.success) return err(problemOf(status.error, "status"));
  const { value: spec, problem } = readSpec(releasePlanSpec, raw.spec, PLACEHOLDERS);
  if (spec === undefined) return err(problem ?? "spec: invalid");
  const value: ReleasePlan = { ...object, kind: "ReleasePlan", spec, status: status.data };
  return ok(problem === undefined ? { value } : { value, problem });
}

/** Reads a release. One that runs needs no more of its spec than its frozen form and its commands. */
export function readRelease(object: KubeObject): Result<Readable<Release>, string> {
  const raw = object as Raw;
  const status = readReleaseStatus(raw.status ?? {});
  if (!status.ok) return status;
  const frozen = status.value.frozen;
  const { value: spec, problem } = readSpec(releaseSpec, raw.spec, {
    ...(frozen === undefined ? {} : { package: frozen.package }),
  });
  if (spec === undefined) return err(problem ?? "spec: invalid");
  const value: Release = { ...object, kind: "Release", spec, status: status.value };
  return ok(problem === undefined ? { value } : { value, problem });
}

const newerStatus = releaseStatus.extend({ frozen: newerFrozen });

/**
 * Reads the status of a release. What a later version has frozen is read only as far as its way back goes, and stays as it is stored: that
 * version is to go on with it.
 */
export function readReleaseStatus(raw: unknown): Result<ReleaseStatus, string> {
  const { frozen } = raw as { readonly frozen?: FrozenRelease | null };
  const isNewer = frozen !== undefined && frozen !== null && isNewerForm(frozen);
  const read = (isNewer ? newerStatus : releaseStatus).safeParse(raw);
  if (!read.success) return err(problemOf(read.error, "status"));
  return ok(isNewer ? { ...(read.data as ReleaseStatus), frozen } : (read.data as ReleaseStatus));
}

/** Parses a spec; when that fails, each field by itself, with the stand-in or the default for one that does not fit. */
function readSpec<S extends z.ZodObject>(
  schema: S,
  raw: unknown,
  standIns: Readonly<Record<string, unknown>>,
): { readonly value?: z.output<S>; readonly problem?: string } {
  const whole = schema.safeParse(raw);
  if (whole.success) return { value: whole.data };
  const problem = problemOf(whole.error, "spec");
  const fields = typeof raw === "object" && raw !== null ? (raw as Record<string, unknown>) : {};
  const kept = Object.entries(schema.shape).map(([name, field]) => {
    const fits = (field as z.ZodType).safeParse(fields[name]).success;
    return [name, fits ? fields[name] : standIns[name]] as const;
  });
  const rest = schema.safeParse(Object.fromEntries(kept));
  return rest.success ? { value: rest.data, problem } : { problem };
}

/** Reads the spec of a template of either scope. */
export function readTemplate(object: KubeObject | undefined): VerificationTemplateSpec | undefined {
  if (object === undefined) return undefined;
  const spec = verificationTemplateSpec.safeParse((object as Raw).spec);
  return spec.success ? spec.data : undefined;
}
