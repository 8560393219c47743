import type { RouteObject } from "../../../src/core/traffic/route-object.ts";
import { HttpRouteRouter } from "../../../src/traffic/http-route.ts";
import { type EditableRoute, httpRouteWorld, userRoute } from "./http-route-world.ts";
import { MemoryApi } from "./memory-api.ts";
import type { World } from "./world.ts";

const NAMESPACE = "shop-prod";

/** The HTTPRoute adapter over an API server in memory. */
export function memoryWorld(): World & { readonly api: MemoryApi<RouteObject> } {
  const api = new MemoryApi<RouteObject>();
  api.put(userRoute(NAMESPACE), "kubectl-create");
  const router = new HttpRouteRouter(api, { gateway: () => undefined, gatewayClass: () => undefined });
  const edit = async (manager: string, change: (route: EditableRoute) => void): Promise<void> =>
    api.edit(NAMESPACE, "shop", manager, (route) => change(route as EditableRoute));
  const world = httpRouteWorld({
    router,
    namespace: NAMESPACE,
    read: async () => {
      const route = api.stored(NAMESPACE, "shop");
      if (route === undefined) throw new Error("the route is gone");
      return route;
    },
    edit,
    editStatus: (change) => edit("gateway", change),
    remove: async () => api.remove(NAMESPACE, "shop"),
    sync: async () => api.sync(),
    follow: (follows) => {
      api.follows = follows;
    },
    beforeNextWrite: (action) => {
      api.before.push(action);
    },
  });
  return { ...world, api };
}
