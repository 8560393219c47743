import type { KubeObject } from "../../kube/kube-object.ts";

/** An object of the manifests, of whose contents only what is changed here is known. */
export interface Manifest extends KubeObject {
  readonly subjects?: readonly { readonly name?: string; readonly namespace?: string }[];
  readonly spec?: unknown;
}
