/** Joins the traffic adapters to the cluster: a client for live reads and writes, watched stores for the rest. */
import type { Duration } from "../base/duration.ts";
import type { GatewayClassObject, GatewayLookup, GatewayObject } from "../core/traffic/features.ts";
import { TRAFFIC_MANAGER } from "../core/traffic/owners.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import type { ReadStore } from "../kube/object-store.ts";
import type { ResourceType } from "../kube/resources.ts";
import type { ObjectAccess } from "./object-access.ts";

export interface KubeAccessOptions {
  readonly client: KubeClient;
  /** For each request, retries included. */
  readonly deadline: Duration;
}

/** Access to one kind of object. `T` says which of its members are read; nothing checks them, the schema did. */
export function kubeAccess<T extends KubeObject>(
  type: ResourceType,
  store: Pick<ReadStore<KubeObject>, "get">,
  { client, deadline }: KubeAccessOptions,
): ObjectAccess<T> {
  const typed = type as ResourceType<T>;
  return {
    get: (namespace, name) => store.get({ namespace, name }) as T | undefined,
    read: (namespace, name) => client.get(typed, { namespace, name }, { deadline }),
    patch: (namespace, name, ops) =>
      client.jsonPatch(typed, { namespace, name }, ops, { deadline, fieldManager: TRAFFIC_MANAGER }),
  };
}

/** Looks up Gateways and their classes in watched stores. */
export const gatewayLookup = (
  gateways: Pick<ReadStore<KubeObject>, "get">,
  classes: Pick<ReadStore<KubeObject>, "get">,
): GatewayLookup => ({
  gateway: (namespace, name) => gateways.get({ namespace, name }) as GatewayObject | undefined,
  gatewayClass: (name) => classes.get({ name }) as GatewayClassObject | undefined,
});
