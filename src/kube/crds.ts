import { type Duration, milliseconds, renderDuration, seconds } from "../base/duration.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Clock } from "../ports/clock.ts";
import { backoffDelay, type Random } from "./backoff.ts";
import type { KubeClient } from "./client.ts";
import { KubeError } from "./kube-error.ts";
import type { KubeObject } from "./kube-object.ts";
import { type ResourceType, resourceType } from "./resources.ts";
import { sleep } from "./sleep.ts";

export interface CrdObject extends KubeObject {
  readonly spec?: {
    readonly group: string;
    readonly names: { readonly plural: string; readonly kind: string };
    readonly scope: "Namespaced" | "Cluster";
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

export const CRDS = resourceType<CrdObject>({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
});

export const ADMISSION_POLICIES = resourceType({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingAdmissionPolicy",
  plural: "validatingadmissionpolicies",
  namespaced: false,
});

export const ADMISSION_POLICY_BINDINGS = resourceType({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingAdmissionPolicyBinding",
  plural: "validatingadmissionpolicybindings",
  namespaced: false,
});

export interface EnsureOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random?: Random;
  /** For everything; default 60 s. */
  readonly deadline?: Duration;
  readonly signal?: AbortSignal;
  /** Take fields over that another installer owns. */
  readonly force?: boolean;
}

const LOOK = { first: milliseconds(50), ceiling: seconds(2) };

/**
 * Applies definitions and waits until each is established and its resources can be listed.
 * Converged already: one apply and one look each. @returns what stood in the way of the first that failed
 */
export async function ensureCrds(
  crds: readonly CrdObject[],
  options: EnsureOptions,
): Promise<Result<void, KubeError>> {
  const { client, force = false, signal } = options;
  const end = options.clock.monotonic() + (options.deadline ?? seconds(60));
  for (const crd of crds) {
    const applied = await client.apply(CRDS, crd, { force, signal, fieldValidation: "Strict" });
    if (!applied.ok) return applied;
  }
  for (const crd of crds) {
    const established = await waitFor(`${crd.metadata.name} to be established`, end, options, () =>
      isEstablished(crd, options),
    );
    if (!established.ok) return established;
  }
  return ok(undefined);
}

/** Applies admission policies, then their bindings, so that no binding ever names a policy that does not exist. */
export async function ensurePolicies(
  objects: readonly KubeObject[],
  options: EnsureOptions,
): Promise<Result<void, KubeError>> {
  const { client, force = false, signal } = options;
  for (const type of [ADMISSION_POLICIES, ADMISSION_POLICY_BINDINGS])
    for (const object of objects.filter((candidate) => candidate.kind === type.kind)) {
      const applied = await client.apply(type, object, { force, signal, fieldValidation: "Strict" });
      if (!applied.ok) return applied;
    }
  const other = objects.find(
    (object) => object.kind !== ADMISSION_POLICIES.kind && object.kind !== ADMISSION_POLICY_BINDINGS.kind,
  );
  if (other) throw new TypeError(`${other.kind} "${other.metadata.name}" is no admission policy`);
  return ok(undefined);
}

/** Which of these are not there (for a definition: not established). Readiness asks this. */
export async function missingOf(
  client: KubeClient,
  wanted: readonly { readonly type: ResourceType; readonly name: string }[],
): Promise<Result<readonly string[], KubeError>> {
  const missing: string[] = [];
  for (const { type, name } of wanted) {
    const found = await client.get(type, { name });
    if (!found.ok && found.error.kind !== "notFound") return found;
    if (!found.ok || (type.plural === CRDS.plural && !hasEstablished(found.value)))
      missing.push(`${type.kind} ${name}`);
  }
  return ok(missing);
}

const hasEstablished = (crd: CrdObject): boolean =>
  crd.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;

/** Established, and every served version answers a list: discovery and storage are set up a moment after the condition. */
async function isEstablished(
  crd: CrdObject,
  { client, signal }: EnsureOptions,
): Promise<Result<boolean, KubeError>> {
  const read = await client.get(CRDS, crd.metadata, { signal });
  if (!read.ok) return read;
  const refused = read.value.status?.conditions?.find(
    ({ type, status }) => type === "NamesAccepted" && status === "False",
  );
  if (refused)
    return err(
      new KubeError({
        kind: "invalid",
        reason: refused.reason ?? "",
        message: `${crd.metadata.name}: ${refused.message ?? "names refused"}`,
      }),
    );
  if (!hasEstablished(read.value)) return ok(false);
  const spec = read.value.spec;
  for (const version of spec?.versions.filter(({ served }) => served) ?? []) {
    const { plural = "", kind = "" } = spec?.names ?? {};
    const type = resourceType({
      group: spec?.group ?? "",
      version: version.name,
      kind,
      plural,
      namespaced: spec?.scope === "Namespaced",
    });
    const listed = await client.listPage(type, { pageSize: 1, signal });
    if (listed.ok) continue;
    if (listed.error.kind === "notFound" || listed.error.retry === "soon") return ok(false);
    return listed;
  }
  return ok(true);
}

async function waitFor(
  what: string,
  end: number,
  { clock, random = Math.random, signal }: EnsureOptions,
  look: () => Promise<Result<boolean, KubeError>>,
): Promise<Result<void, KubeError>> {
  const started = clock.monotonic();
  for (let attempt = 1; ; attempt++) {
    const outcome = await look();
    if (outcome.ok && outcome.value) return ok(undefined);
    if (!outcome.ok && outcome.error.retry !== "soon") return outcome;
    const wait = backoffDelay(attempt, LOOK, random);
    if (clock.monotonic() + wait >= end || !(await sleep(clock, wait, signal))) {
      const waited = renderDuration(milliseconds(clock.monotonic() - started));
      return outcome.ok
        ? err(new KubeError({ kind: "timeout", message: `waited ${waited} in vain for ${what}` }))
        : outcome;
    }
  }
}
