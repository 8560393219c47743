/** Who else writes a route: GitOps tools by their tracking marks, people and programs by managedFields. */
import type { RouteMeta } from "./route-object.ts";

/** Field manager of every write to traffic objects. */
export const TRAFFIC_MANAGER = "bascule-traffic";

/** The GitOps tool that claims the object, in words; undefined without tracking marks. */
export function readGitOpsOwner(meta: RouteMeta): string | undefined {
  const labels = meta.labels ?? {};
  const tracking = meta.annotations?.["argocd.argoproj.io/tracking-id"];
  if (tracking !== undefined) return `Argo CD application "${tracking.split(":")[0] ?? ""}"`;
  const instance = labels["argocd.argoproj.io/instance"];
  if (instance !== undefined) return `Argo CD application "${instance}"`;
  return (
    flux(labels, "kustomize.toolkit.fluxcd.io", "Kustomization") ??
    flux(labels, "helm.toolkit.fluxcd.io", "HelmRelease")
  );
}

function flux(labels: Readonly<Record<string, string>>, prefix: string, kind: string): string | undefined {
  const name = labels[`${prefix}/name`];
  if (name === undefined) return undefined;
  const namespace = labels[`${prefix}/namespace`];
  return `Flux ${kind} "${namespace === undefined ? "" : `${namespace}/`}${name}"`;
}

interface ManagedFields {
  readonly manager?: unknown;
  readonly time?: unknown;
  readonly subresource?: unknown;
  readonly fieldsV1?: { readonly "f:spec"?: { readonly "f:rules"?: unknown } };
}

/**
 * Field manager that last wrote the rules, when it is not ours. The rules are one field for ownership, and a
 * write that changes them takes them from everybody else: where we own them, nobody wrote after us.
 */
export function readForeignManager(meta: RouteMeta): string | undefined {
  const owners = (meta.managedFields ?? [])
    .map((entry) => (typeof entry === "object" && entry !== null ? (entry as ManagedFields) : {}))
    .filter((entry) => !entry.subresource && entry.fieldsV1?.["f:spec"]?.["f:rules"] !== undefined);
  if (owners.some((entry) => entry.manager === TRAFFIC_MANAGER)) return undefined;
  const [latest] = owners.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)));
  return typeof latest?.manager === "string" ? latest.manager : undefined;
}

const timeOf = (entry: ManagedFields): string => (typeof entry.time === "string" ? entry.time : "");
