import { randomBytes } from "node:crypto";
import { seconds } from "../../../src/base/duration.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { type CrdObject, ensureCrds } from "../../../src/kube/crds.ts";
import { type Credentials, loadCredentials } from "../../../src/kube/credentials.ts";
import type { KubeObject } from "../../../src/kube/kube-object.ts";
import { NAMESPACES } from "../../../src/kube/namespace.ts";
import { resourceType } from "../../../src/kube/resources.ts";
import { Transport } from "../../../src/kube/transport.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}
export interface Widget extends KubeObject {
  readonly spec?: { readonly size?: number; readonly colour?: string };
  readonly status?: { readonly phase?: string; readonly note?: string };
}

export const CONFIG_MAPS = resourceType<ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
});
export const SERVICE_ACCOUNTS = resourceType({
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
});
export const WIDGETS = resourceType<Widget>({
  group: "test.bascule.dev",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  namespaced: true,
});

export const WIDGET_CRD: CrdObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.test.bascule.dev" },
  spec: {
    group: "test.bascule.dev",
    names: { plural: "widgets", kind: "Widget" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1",
        served: true,
        ...{
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: {
                spec: {
                  type: "object",
                  properties: { size: { type: "integer", maximum: 9 }, colour: { type: "string" } },
                },
                status: {
                  type: "object",
                  properties: { phase: { type: "string" }, note: { type: "string" } },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** A client of the cluster that `KUBECONFIG` names, and a namespace of its own in it. */
export class ClusterBench {
  readonly credentials: Credentials;
  readonly client: KubeClient;
  readonly namespace = `kube-test-${randomBytes(4).toString("hex")}`;

  constructor() {
    const { KUBECONFIG } = process.env;
    // Never the cluster of ~/.kube/config: these tests write.
    if (!KUBECONFIG) throw new Error("set KUBECONFIG to the cluster that these tests may write to");
    this.credentials = loadCredentials({ env: { KUBECONFIG } });
    this.client = this.clientOf(this.credentials);
  }

  clientOf(credentials: Credentials, fieldManager = "bascule-test"): KubeClient {
    return new KubeClient(new Transport({ credentials, clock: systemClock }), { fieldManager });
  }

  async start(): Promise<void> {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace } };
    const made = await this.client.create(NAMESPACES, namespace);
    if (!made.ok) throw made.error;
    const ensured = await ensureCrds([WIDGET_CRD], { client: this.client, clock: systemClock, force: true });
    if (!ensured.ok) throw ensured.error;
  }

  async stop(): Promise<void> {
    await this.client.delete(NAMESPACES, { name: this.namespace }, { deadline: seconds(30) });
    await this.client.transport.close();
  }

  configMap(name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
    return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: this.namespace }, data };
  }

  widget(name: string, spec: Widget["spec"] = {}): Widget {
    const metadata = { name, namespace: this.namespace };
    return { apiVersion: "test.bascule.dev/v1", kind: "Widget", metadata, spec: spec ?? {} };
  }
}

/** The value of a result that a test needs. */
export function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Error },
): T {
  if (!result.ok) throw result.error;
  return result.value;
}

export function mustFail<E>(result: { readonly ok: true } | { readonly ok: false; readonly error: E }): E {
  if (result.ok) throw new Error("that should have failed");
  return result.error;
}
