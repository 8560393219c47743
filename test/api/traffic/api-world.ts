import { seconds } from "../../../src/base/duration.ts";
import type { Result } from "../../../src/base/result.ts";
import type { RouteObject } from "../../../src/core/traffic/route-object.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { loadCredentials } from "../../../src/kube/credentials.ts";
import { type KubeObject, type ObjectKey, type ObjectRef, objectKey } from "../../../src/kube/kube-object.ts";
import { NAMESPACES } from "../../../src/kube/namespace.ts";
import { Transport } from "../../../src/kube/transport.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { HttpRouteRouter } from "../../../src/traffic/http-route.ts";
import { kubeAccess } from "../../../src/traffic/kube-access.ts";
import type { ObjectAccess } from "../../../src/traffic/object-access.ts";
import { TYPES } from "../../../src/world/types.ts";
import {
  type EditableRoute,
  httpRouteWorld,
  userRoute,
} from "../../conformance/traffic-router/http-route-world.ts";
import type { World } from "../../conformance/traffic-router/world.ts";

const DEADLINE = seconds(20);

/** A client of the cluster that KUBECONFIG names, with the field manager of a test. */
export function testClient(): KubeClient {
  const transport = new Transport({ credentials: loadCredentials(), clock: systemClock });
  return new KubeClient(transport, { fieldManager: "test" });
}

export function must<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** A namespace of this test's own; deleted by what it answers. */
export async function ownNamespace(client: KubeClient, name: string): Promise<() => Promise<void>> {
  const metadata = { name, labels: { "bascule-test": "traffic" } };
  must(await client.create(NAMESPACES, { apiVersion: "v1", kind: "Namespace", metadata }));
  return async () => void (await client.delete(NAMESPACES, { name }));
}

/** A cache that is filled by hand, so that a test decides how far behind it is. */
export class HandCache<T extends KubeObject> {
  readonly #objects = new Map<ObjectKey, T>();
  follows = true;
  get(ref: ObjectRef): T | undefined {
    return this.#objects.get(objectKey(ref));
  }
  set(ref: ObjectRef, object: T | undefined): void {
    if (object === undefined) this.#objects.delete(objectKey(ref));
    else this.#objects.set(objectKey(ref), object);
  }
}

/** Changes an object as somebody else does: read, change, replace; again when a third one was faster. */
async function replaceAs(
  client: KubeClient,
  namespace: string,
  manager: string,
  change: (route: EditableRoute) => void,
  subresource?: string,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const route = must(await client.get(TYPES.routes, { namespace, name: "shop" }));
    change(route as unknown as EditableRoute);
    const options = { fieldManager: manager, ...(subresource === undefined ? {} : { subresource }) };
    const answer = await client.replace(TYPES.routes, route, options);
    if (answer.ok) return;
    if (answer.error.kind !== "conflict" || attempt >= 5) throw answer.error;
  }
}

/** The HTTPRoute adapter over a real API server; the object is made anew for each world. */
export async function apiWorld(client: KubeClient, namespace: string): Promise<World> {
  const ref = { namespace, name: "shop" };
  await client.delete(TYPES.routes, ref);
  must(
    await client.create(TYPES.routes, userRoute(namespace) as KubeObject, { fieldManager: "kubectl-create" }),
  );
  const cache = new HandCache<KubeObject>();
  const refresh = async (): Promise<void> => {
    const now = await client.get(TYPES.routes, ref);
    cache.set(ref, now.ok ? now.value : undefined);
  };
  const before: (() => Promise<void> | void)[] = [];
  const access = kubeAccess<RouteObject & KubeObject>(TYPES.routes, cache, { client, deadline: DEADLINE });
  const watched: ObjectAccess<RouteObject> = {
    ...access,
    patch: async (ns, name, ops) => {
      await before.shift()?.();
      const answer = await access.patch(ns, name, ops);
      if (cache.follows) await refresh();
      return answer;
    },
  };
  await refresh();
  const edit = async (manager: string, change: (r: EditableRoute) => void, part?: string): Promise<void> => {
    await replaceAs(client, namespace, manager, change, part);
    if (cache.follows) await refresh();
  };
  return httpRouteWorld({
    router: new HttpRouteRouter(watched, { gateway: () => undefined, gatewayClass: () => undefined }),
    namespace,
    read: async () => must(await client.get(TYPES.routes, ref)) as unknown as RouteObject,
    edit,
    editStatus: (change) => edit("gateway", change, "status"),
    remove: async () => void must(await client.delete(TYPES.routes, ref)),
    sync: refresh,
    follow: (follows) => {
      cache.follows = follows;
    },
    beforeNextWrite: (action) => {
      before.push(action);
    },
  });
}
