import { SYSTEM_NAMESPACE } from "../../lab/install.ts";
import type { AnyObject } from "../../lab/kinds.ts";
import { KIND, typeOf } from "../../lab/kinds.ts";
import type { Objects } from "../../lab/objects.ts";

/** What the objects of one kind weigh as JSON, which is how the API server stores those of custom resources. */
export interface Weight {
  readonly kind: string;
  readonly objects: number;
  readonly bytes: number;
  readonly managedFieldsBytes: number;
  /** The largest status. */
  readonly statusBytes: number;
}

const SECRET = typeOf({ apiVersion: "v1", kind: "Secret" });
const EVENT = typeOf({ apiVersion: "events.k8s.io/v1", kind: "Event" });

/** What Bascule keeps in the API server: of a namespace, and Pulumi's state in the controller's. */
export async function weighAll(objects: Objects, namespace: string): Promise<readonly Weight[]> {
  const kinds = [KIND.plan, KIND.release, KIND.verification, KIND.service, KIND.route, KIND.deployment];
  const ours = await Promise.all(
    [...kinds, KIND.configMap, EVENT].map((type) => objects.list(type, namespace)),
  );
  const state = await objects.list(SECRET, SYSTEM_NAMESPACE);
  const leases = await objects.list(LEASE, SYSTEM_NAMESPACE);
  return [...ours, state, leases].filter((all) => all.length > 0).map(weigh);
}

const LEASE = typeOf({ apiVersion: "coordination.k8s.io/v1", kind: "Lease" });

const size = (value: unknown): number => (value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value)));

function weigh(all: readonly AnyObject[]): Weight {
  const sum = (of: (object: AnyObject) => unknown): number =>
    all.reduce((total, o) => total + size(of(o)), 0);
  return {
    kind: all[0]?.kind ?? "",
    objects: all.length,
    bytes: sum((object) => object),
    managedFieldsBytes: sum(
      ({ metadata }) => (metadata as { readonly managedFields?: unknown }).managedFields,
    ),
    statusBytes: Math.max(...all.map(({ status }) => size(status))),
  };
}

/** What one more release added, kind by kind. */
export const added = (before: readonly Weight[], after: readonly Weight[]): readonly Weight[] =>
  after.flatMap((now) => {
    const then = before.find(({ kind }) => kind === now.kind);
    const [objects, bytes] = [now.objects - (then?.objects ?? 0), now.bytes - (then?.bytes ?? 0)];
    const managedFieldsBytes = now.managedFieldsBytes - (then?.managedFieldsBytes ?? 0);
    return objects === 0 && bytes === 0 ? [] : [{ ...now, objects, bytes, managedFieldsBytes }];
  });
