import type { ObjectKey } from "./kube-object.ts";

/** A list taken while the watch went on: which object had which version at one moment. */
export interface Census {
  readonly resourceVersion: string;
  readonly versions: ReadonlyMap<ObjectKey, string>;
}

/**
 * Whether version `a` is at least `b`. Resource versions of one resource are comparable as decimal numbers
 * (documented since Kubernetes 1.35, and true of every etcd-backed server before); otherwise undefined.
 */
export function atLeast(a: string, b: string): boolean | undefined {
  if (!/^[0-9]+$/.test(a) || !/^[0-9]+$/.test(b)) return a === b ? true : undefined;
  return a.length === b.length ? a >= b : a.length > b.length;
}

/**
 * What a watch has missed. To be asked only when the watch has got past the census' moment: then each object of the
 * census must be in the store at least as new, or have been seen to go, and the store may hold nothing older besides.
 *
 * @param deletedSince keys whose deletion was seen after the census began
 */
export function missedBy(
  store: {
    versionOf(key: ObjectKey): string | undefined;
    versions(): Iterable<readonly [ObjectKey, string]>;
  },
  census: Census,
  deletedSince: ReadonlySet<ObjectKey>,
): readonly ObjectKey[] {
  const missed: ObjectKey[] = [];
  for (const [key, version] of census.versions) {
    const held = store.versionOf(key);
    if (held === undefined ? !deletedSince.has(key) : atLeast(held, version) === false) missed.push(key);
  }
  for (const [key, version] of store.versions())
    if (!census.versions.has(key) && atLeast(census.resourceVersion, version) === true) missed.push(key);
  return missed;
}
