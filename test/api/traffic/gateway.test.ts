/** The adapter beside a gateway that really writes route status (Gateway `edge` in the namespace `gateways`). */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TrafficTarget } from "../../../src/api/frozen.ts";
import { seconds } from "../../../src/base/duration.ts";
import type { RouteObject } from "../../../src/core/traffic/route-object.ts";
import type { KubeObject } from "../../../src/kube/kube-object.ts";
import type { Split } from "../../../src/ports/traffic-router.ts";
import { HttpRouteRouter } from "../../../src/traffic/http-route.ts";
import { gatewayLookup, kubeAccess } from "../../../src/traffic/kube-access.ts";
import { TYPES } from "../../../src/world/types.ts";
import { BACKENDS } from "../../conformance/traffic-router/http-route-world.ts";
import { OLD, split } from "../../conformance/traffic-router/steps.ts";
import { until } from "../../support/until.ts";
import { HandCache, must, ownNamespace, testClient } from "./api-world.ts";

const client = testClient();
const namespace = `traffic-edge-${randomUUID().slice(0, 8)}`;
const parents = [{ name: "edge", namespace: "gateways" }];
const target: TrafficTarget = { kind: "HTTPRoute", name: "shop", rules: [0], parents };
const slots = { blue: BACKENDS.blue, green: BACKENDS.green };
const [routes, gateways, classes] = [new HandCache(), new HandCache(), new HandCache()];
const router = new HttpRouteRouter(
  kubeAccess<RouteObject & KubeObject>(TYPES.routes, routes, { client, deadline: seconds(20) }),
  gatewayLookup(gateways, classes),
);
let removeNamespace: () => Promise<void> = async () => undefined;

const service = (name: string): KubeObject & { readonly spec: unknown } => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace },
  spec: { selector: { app: name }, ports: [{ port: 8080 }] },
});

const observe = async () => {
  routes.set({ namespace, name: "shop" }, must(await client.get(TYPES.routes, { namespace, name: "shop" })));
  return router.observe(namespace, target, BACKENDS);
};

/** As the controller does: looks again when a status write of the gateway came between. */
async function shift(to: Split, run: string): Promise<void> {
  await until("the forward write lands", async () => {
    const { resourceVersion = "" } = await observe();
    const answer = await router.shift({
      namespace,
      target,
      backends: BACKENDS,
      split: to,
      run,
      resourceVersion,
    });
    if (!answer.ok && answer.error.kind !== "conflict") throw new Error(answer.error.message);
    return answer.ok;
  });
}

beforeAll(async () => {
  removeNamespace = await ownNamespace(client, namespace);
  for (const { service: name } of Object.values(BACKENDS))
    must(await client.create(TYPES.services, service(name)));
  const backendRefs = [{ name: "shop", port: 8080 }];
  const spec = { hostnames: [`${namespace}.example.com`], parentRefs: parents, rules: [{ backendRefs }] };
  const route = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "shop", namespace },
  };
  must(await client.create(TYPES.routes, { ...route, spec } as KubeObject));
});
afterAll(async () => {
  await removeNamespace();
  await client.transport.close();
});

it("adopts a bare route once the gateway has accepted it, and finds out what the gateway can do", async () => {
  await until("the gateway accepts the route", async () => (await observe()).accepted);
  const finding = router.adopt(namespace, { kind: "HTTPRoute", name: "shop" }, slots);
  expect(finding).toMatchObject({ ok: true, service: BACKENDS.adopted, target: { rules: [0], parents } });
  gateways.set(
    { namespace: "gateways", name: "edge" },
    must(await client.get(TYPES.gateways, { namespace: "gateways", name: "edge" })),
  );
  const gateway = gateways.get({ namespace: "gateways", name: "edge" }) as unknown as {
    readonly spec: { readonly gatewayClassName: string };
  };
  const name = gateway.spec.gatewayClassName;
  expect(router.features(namespace, parents)).toBeUndefined();
  classes.set({ name }, must(await client.get(TYPES.gatewayClasses, { name })));
  expect(router.features(namespace, parents)).toContain("HTTPRoute");
  expect(router.features(namespace, parents)).not.toContain("HTTPRouteRequestMirror");
});

it("sees every split come in force and loses no revert to the gateway's status writes", async () => {
  for (let round = 1; round <= 10; round++) {
    const run = `uid-${round}/${round}`;
    await shift(split({ adopted: 7_500, blue: 2_500 }), run);
    await until("25 % is in force", async () => (await observe()).accepted);
    expect((await observe()).split).toEqual(split({ adopted: 7_500, blue: 2_500 }));
    await shift(split({ adopted: 5_000, blue: 5_000 }), run);
    // At once, while the gateway is writing status for the split before.
    const back = { namespace, target, backends: BACKENDS, split: OLD, run };
    expect(await router.revert(back)).toEqual({ ok: true, value: undefined });
    expect(await observe()).toMatchObject({ split: OLD, reverted: run });
  }
  await until("the way back is in force", async () => (await observe()).accepted);
});

it("says what the gateway objects to when a Service is missing", async () => {
  await shift(OLD, "uid-99/99");
  must(
    (await client.delete(TYPES.services, { namespace, name: "shop-blue" })) as { ok: true; value: undefined },
  );
  await until("the gateway has noticed", async () => !(await observe()).accepted);
  expect((await observe()).problem).toMatch(/ResolvedRefs is False \(BackendNotFound/);
});
