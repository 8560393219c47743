import type { Release, ReleaseStatus } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import type { Output } from "./decision.ts";
import { letPlanGo } from "./guard-plan.ts";
import type { Observed } from "./observed.ts";
import { releasePackage } from "./package.ts";
import { byAge, isFinal } from "./phases.ts";

export const RELEASE_FINALIZER = "bascule.dev/release";

/** Finalizers, retention and the plan's own package: what happens to objects as a whole. */
export function guardObjects(
  observed: Observed,
  plan: ReleasePlanStatus,
  statuses: Readonly<Record<string, ReleaseStatus>>,
  out: Output,
): void {
  for (const release of observed.releases) guardRelease(observed, plan, release, statuses, out);
  // With the namespace goes all that the plan could put in order.
  if (observed.namespaceTerminating) {
    letPlanGo(observed, out);
    return;
  }
  retain(observed, statuses, out);
  releasePackage(observed, plan, out);
}

/** The active release keeps its finalizer until the plan no longer names it. */
function guardRelease(
  observed: Observed,
  plan: ReleasePlanStatus,
  release: Release,
  statuses: Readonly<Record<string, ReleaseStatus>>,
  out: Output,
): void {
  const { name, uid, finalizers, deletionTimestamp } = release.metadata;
  const guarded = finalizers?.includes(RELEASE_FINALIZER) === true;
  const active = plan.activeRelease === name;
  const ended =
    isFinal(statuses[name]?.phase ?? release.status?.phase) || release.status?.frozen === undefined;
  const free = observed.namespaceTerminating || (!active && ended);
  if (deletionTimestamp === undefined && active && !guarded && !observed.namespaceTerminating) {
    out.intents.push({ kind: "addFinalizer", key: `${uid ?? name}/guard`, object: "release", name });
  }
  if (deletionTimestamp !== undefined && guarded && free) {
    out.intents.push({ kind: "removeFinalizer", key: `${uid ?? name}/unguard`, object: "release", name });
  }
}

/** In one pass; each deletion brings the next one. Ten thousand at once would be as many requests side by side. */
const MOST_DELETED = 20;

/** Deletes the oldest finished releases beyond the history; never one that a GitOps tool tracks. */
function retain(observed: Observed, statuses: Readonly<Record<string, ReleaseStatus>>, out: Output): void {
  const keep = observed.plan.spec.retention.history;
  const live = new Set([
    observed.plan.status?.slots?.blue?.release,
    observed.plan.status?.slots?.green?.release,
  ]);
  const finished = observed.releases
    .filter((r) => isFinal(statuses[r.metadata.name]?.phase ?? r.status?.phase))
    .filter((r) => r.metadata.deletionTimestamp === undefined)
    .sort(byAge);
  const superfluous = finished
    .slice(0, Math.max(0, finished.length - keep))
    .filter((release) => !live.has(release.metadata.name) && !tracked(release));
  for (const release of superfluous.slice(0, MOST_DELETED)) {
    const { name, uid } = release.metadata;
    out.intents.push({ kind: "deleteRelease", key: `${uid ?? name}/delete`, name });
  }
}

const TRACKING = [
  "argocd.argoproj.io/",
  "kustomize.toolkit.fluxcd.io/",
  "helm.toolkit.fluxcd.io/",
  "app.kubernetes.io/instance",
];

const tracked = (release: Release): boolean =>
  [...Object.keys(release.metadata.labels ?? {}), ...Object.keys(release.metadata.annotations ?? {})].some(
    (key) => TRACKING.some((t) => key.startsWith(t)),
  );
