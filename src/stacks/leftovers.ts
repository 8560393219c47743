import { StackFailure } from "./errors.ts";
import type { LiveObjects, ObjectId } from "./live-objects.ts";
import { LABEL } from "./names.ts";

type Live = Pick<LiveObjects, "list" | "remove">;
type Kind = Omit<ObjectId, "name">;

const KEPT: readonly Kind[] = [
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Secret" },
];
const WORKLOADS: readonly Kind[] = [
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "apps/v1", kind: "StatefulSet" },
];
/** What a slot or entry is usually made of; removed by label where Pulumi's state does not know it (any more). */
const REMOVABLE: readonly Kind[] = [
  ...WORKLOADS,
  ...KEPT,
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "ServiceAccount" },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" },
];

/**
 * Kept objects of a slot that may go once `release` is applied: those of releases before the one that runs there now.
 * Pods of the present occupant may still start from its own, so these stay until the apply after this one.
 * A repeated apply of the same release removes nothing.
 */
export async function findOutdated(
  live: Live,
  owner: Readonly<Record<string, string>>,
  release: string,
): Promise<readonly ObjectId[]> {
  const kept = await collect(live, KEPT, { ...owner, [LABEL.keep]: "previous" });
  if (kept.length === 0) return [];
  const occupants = new Set((await collect(live, WORKLOADS, owner)).map((w) => w.labels[LABEL.release]));
  if (occupants.has(release)) return [];
  return kept.filter((object) => !occupants.has(object.labels[LABEL.release]));
}

type Labelled = ObjectId & { readonly labels: Readonly<Record<string, string>> };

/** Removes what still carries the owner's labels after a destroy; notes what could not be removed. */
export const removeAll = (live: Live, owner: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  removeBut(live, owner, () => false);

/**
 * Removes what carries the owner's labels and the program makes no more, for an apply that started without a state, or
 * with one that may not tell all: Pulumi then does not know of it. Former versions that are kept stay.
 */
export function removeUnmade(
  live: Live,
  owner: Readonly<Record<string, string>>,
  made: readonly ObjectId[],
): Promise<readonly string[]> {
  // Without the version: the same object may be made under one and listed under another.
  const known = new Set(made.map(({ kind, name }) => `${kind} ${name}`));
  return removeBut(
    live,
    owner,
    ({ kind, name, labels }) => known.has(`${kind} ${name}`) || labels[LABEL.keep] === "previous",
  );
}

async function removeBut(
  live: Live,
  owner: Readonly<Record<string, string>>,
  isSpared: (object: Labelled) => boolean,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const kind of REMOVABLE) {
    try {
      const found = await collect(live, [kind], owner);
      await removeEach(
        live,
        found.filter((object) => !isSpared(object)),
      );
    } catch (error) {
      if (!(error instanceof StackFailure)) throw error;
      // Kinds that the cluster does not serve hold nothing of ours.
      if (error.class !== "invalid") notes.push(error.message);
    }
  }
  return notes;
}

/** @throws StackFailure for the first object that could not be removed */
export async function removeEach(live: Live, objects: readonly ObjectId[]): Promise<void> {
  for (const object of objects) await live.remove(object);
}

async function collect(
  live: Live,
  kinds: readonly Kind[],
  labels: Readonly<Record<string, string>>,
): Promise<readonly Labelled[]> {
  const lists = await Promise.all(
    kinds.map(async (kind) => (await live.list(kind, labels)).map((object) => ({ ...kind, ...object }))),
  );
  return lists.flat();
}
