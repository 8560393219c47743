import type { Result } from "../base/result.ts";
import type { PatchOp } from "../core/traffic/json-patch.ts";
import type { VersionedObject } from "../kube/own-writes.ts";

export type { VersionedObject } from "../kube/own-writes.ts";

/** A failed request, in the words of the client; `kind` decides, `message` is for people. */
export interface AccessFailure {
  readonly kind: string;
  readonly message: string;
}

/** How one kind of object is reached: cached reads that never block, live reads and patches. */
export interface ObjectAccess<T extends VersionedObject> {
  /** From a watched store. */
  get(namespace: string, name: string): T | undefined;
  /** From the API server. */
  read(namespace: string, name: string): Promise<Result<T, AccessFailure>>;
  /** JSON patch under the field manager `bascule-traffic`; answers the object as it is afterwards. */
  patch(namespace: string, name: string, ops: readonly PatchOp[]): Promise<Result<T, AccessFailure>>;
}
