import type { z } from "zod";
import type { KubeObject } from "../api/object.ts";
import { type Release, releaseSpec, releaseStatus } from "../api/release.ts";
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

/**
 * Reads a plan with its defaults. A spec that an older API server let through is a problem with the field's
 * name; the plan is then returned with what could be read of its status, so that a running release goes on.
 */
export function readPlan(object: KubeObject): Result<ReleasePlan, string> {
  const raw = object as Raw;
  const spec = releasePlanSpec.safeParse(raw.spec);
  if (!spec.success) return err(problemOf(spec.error, "spec"));
  const status = releasePlanStatus.safeParse(raw.status ?? {});
  if (!status.success) return err(problemOf(status.error, "status"));
  return ok({ ...object, kind: "ReleasePlan", spec: spec.data, status: status.data });
}

/** Reads a release; its status is only ever written by the controller. */
export function readRelease(object: KubeObject): Result<Release, string> {
  const raw = object as Raw;
  const spec = releaseSpec.safeParse(raw.spec);
  if (!spec.success) return err(problemOf(spec.error, "spec"));
  const status = releaseStatus.safeParse(raw.status ?? {});
  if (!status.success) return err(problemOf(status.error, "status"));
  return ok({ ...object, kind: "Release", spec: spec.data, status: status.data });
}

/** Reads the spec of a template of either scope. */
export function readTemplate(object: KubeObject | undefined): VerificationTemplateSpec | undefined {
  if (object === undefined) return undefined;
  const spec = verificationTemplateSpec.safeParse((object as Raw).spec);
  return spec.success ? spec.data : undefined;
}
