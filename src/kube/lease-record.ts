import { type Duration, seconds } from "../base/duration.ts";
import { type Instant, renderInstant } from "../base/instant.ts";
import type { KubeObject } from "./kube-object.ts";
import { resourceType } from "./resources.ts";

/** `coordination.k8s.io/v1 Lease`, as far as it is used. */
export interface LeaseObject extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number | null;
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
    readonly leaseTransitions?: number | null;
  };
}

export const LEASES = resourceType<LeaseObject>({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
});

/** MicroTime: RFC 3339 with exactly six decimals, which Lease and Event demand. */
export const renderMicroTime = (at: Instant): string => renderInstant(at).replace(/\.(\d{3})Z$/, ".$1000Z");

/** Whoever holds it; empty when it was released. */
export const holderOf = (lease: LeaseObject): string => lease.spec?.holderIdentity ?? "";

/** How long after its last change the lease counts as held: as its holder wrote, not as the reader is configured. */
export function durationOf(lease: LeaseObject, otherwise: Duration): Duration {
  const written = lease.spec?.leaseDurationSeconds;
  return typeof written === "number" && written > 0 ? seconds(written) : otherwise;
}

export interface HoldWrite {
  readonly identity: string;
  readonly duration: Duration;
  readonly now: Instant;
}

/** The lease as held by `identity` from now on; `before` is what was read. Transitions count changes of holder only. */
export function renderHold(before: LeaseObject, write: HoldWrite): LeaseObject {
  const same = holderOf(before) === write.identity;
  const now = renderMicroTime(write.now);
  const transitions = before.spec?.leaseTransitions ?? 0;
  return {
    ...before,
    spec: {
      ...before.spec,
      holderIdentity: write.identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(write.duration / 1_000)),
      acquireTime: same ? (before.spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: same ? transitions : transitions + 1,
    },
  };
}

/** A lease that does not exist yet. Its first holder is no change of holder. */
export function renderFirst(
  ref: { readonly name: string; readonly namespace: string },
  write: HoldWrite,
): LeaseObject {
  const empty: LeaseObject = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { ...ref } };
  const held = renderHold(empty, write);
  return { ...held, spec: { ...held.spec, leaseTransitions: 0 } };
}

/** Given up: the next one needs not wait. */
export const renderReleased = (before: LeaseObject, now: Instant): LeaseObject => ({
  ...before,
  spec: { ...before.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: renderMicroTime(now) },
});
