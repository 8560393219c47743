import type { KubeObject } from "../api/object.ts";
import type { ReadVersion } from "../ports/writes.ts";

/** What a status is guarded by when it is written. */
export const versionOf = ({ metadata }: KubeObject): ReadVersion => ({
  namespace: metadata.namespace ?? "default",
  name: metadata.name,
  uid: metadata.uid ?? "",
  resourceVersion: metadata.resourceVersion ?? "",
});
