import { Provider } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SlotInput } from "bascule/stack";
import { beforeAll, beforeEach, expect, test } from "vitest";
import program from "./index.ts";
import { values } from "./values.ts";

// biome-ignore lint/suspicious/noExplicitAny: inputs of whatever kind; tests look at single fields.
type Inputs = any;
let made: Map<string, Inputs>;

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: async ({ type, name, inputs }) => {
      const kind = type.split(":").at(-1);
      // What pods need is slow to come: nothing that does not wait for it can come after it.
      if (kind === "ServiceAccount" || kind === "ConfigMap") await turns(20);
      made.set(`${kind} ${name}`, inputs);
      return { id: name, state: inputs };
    },
    call: ({ inputs }) => inputs,
  });
});
beforeEach(() => {
  made = new Map();
});

async function make(given: object = {}, change: Partial<SlotInput> = {}): Promise<Map<string, Inputs>> {
  const input: SlotInput = {
    namespace: "shop",
    plan: "shop",
    slot: "blue",
    release: "shop-1",
    version: "1.0.0",
    images: { main: "registry.example/shop:1" },
    shared: {},
    name: "shop-blue",
    labels: { "bascule.dev/plan": "shop" },
    podLabels: { "bascule.dev/plan": "shop", "bascule.dev/release": "shop-1" },
    selector: { "bascule.dev/plan": "shop", "bascule.dev/slot": "blue" },
    provider: new Provider("cluster", {}),
    ...change,
  };
  const result = program.slot(input, values.parse(given));
  expect(result).toEqual({ workloads: [{ kind: "Deployment", name: input.name }] });
  // Mocked registrations are answered in later turns of the loop; the Deployment is among the last ones.
  for (let turn = 0; turn < 200 && !made.has("PodDisruptionBudget shop-blue"); turn++) await turns(1);
  await turns(60);
  return made;
}
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
const deployment = async (given?: object, change?: Partial<SlotInput>): Promise<Inputs> =>
  (await make(given, change)).get("Deployment shop-blue").spec;
const container = async (given?: object): Promise<Inputs> =>
  (await deployment(given)).template.spec.containers[0];

test("pods are not asked for before their account and their ConfigMap are there", async () => {
  const kinds = [...(await make({ config: { LEVEL: "info" } })).keys()].map((key) => key.split(" ")[0]);
  expect(kinds.indexOf("Deployment")).toBeGreaterThan(kinds.indexOf("ServiceAccount"));
  expect(kinds.indexOf("Deployment")).toBeGreaterThan(kinds.indexOf("ConfigMap"));
  expect(kinds.indexOf("ConfigMap")).toBeGreaterThanOrEqual(0);
});

test("the shortest plan makes a Deployment, a ServiceAccount and a PodDisruptionBudget", async () => {
  const kinds = [...(await make()).keys()].filter((key) => !key.startsWith("kubernetes ")).sort();
  expect(kinds).toEqual([
    "Deployment shop-blue",
    "PodDisruptionBudget shop-blue",
    "ServiceAccount shop-blue",
  ]);
});

test("replicas are left to the controller, and the selector holds plan and slot alone", async () => {
  const spec = await deployment();
  expect(spec).not.toHaveProperty("replicas");
  expect(spec.selector.matchLabels).toEqual({ "bascule.dev/plan": "shop", "bascule.dev/slot": "blue" });
  expect(spec.template.metadata.labels["bascule.dev/release"]).toBe("shop-1");
});

test("pods meet the Pod Security level restricted", async () => {
  const { template } = await deployment();
  expect(template.spec.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  });
  expect(template.spec.containers[0].securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  expect(template.spec.containers[0].volumeMounts).toContainEqual({ name: "writable-0", mountPath: "/tmp" });
});

test("a leaving pod answers through its drain, and has time left to end", async () => {
  const { template } = await deployment();
  expect(template.spec.containers[0].lifecycle.preStop.sleep.seconds).toBe(5);
  expect(template.spec.terminationGracePeriodSeconds).toBe(30);
  expect((await container({ drain: "0s" })).lifecycle).toBeUndefined();
  const short = values.safeParse({ drain: "30s", terminationGracePeriod: "20s" });
  expect(short.error?.issues[0]).toMatchObject({ path: ["terminationGracePeriod"] });
});

test("a ConfigMap is named after its content, and pods refer to that very one", async () => {
  const nameFor = async (config: object) => {
    made = new Map();
    const objects = await make({ config });
    const [key] = [...objects.keys()].filter((each) => each.startsWith("ConfigMap "));
    const { envFrom } = objects.get("Deployment shop-blue").spec.template.spec.containers[0];
    const { name, labels } = objects.get(key ?? "").metadata;
    expect(envFrom).toEqual([{ configMapRef: { name } }]);
    expect(labels["bascule.dev/keep"]).toBe("previous");
    return name as string;
  };
  const one = await nameFor({ A: "1", B: "2" });
  expect(one).toMatch(/^shop-blue-[0-9a-f]{10}$/);
  expect(await nameFor({ B: "2", A: "1" })).toBe(one);
  expect(await nameFor({ A: "1", B: "3" })).not.toBe(one);
});

test("files are mounted read-only from the same ConfigMap, without becoming variables", async () => {
  const { template } = await deployment({ files: { path: "/etc/shop", content: { "shop.conf": "a=b" } } });
  const [main] = template.spec.containers;
  expect(main.envFrom).toEqual([]);
  expect(main.volumeMounts).toContainEqual({ name: "files", mountPath: "/etc/shop", readOnly: true });
  expect(template.spec.volumes.at(-1).configMap.items).toEqual([{ key: "shop.conf", path: "shop.conf" }]);
});

test("existing Secrets are referred to and never read", async () => {
  expect((await container({ secrets: ["shop-database"] })).envFrom).toEqual([
    { secretRef: { name: "shop-database" } },
  ]);
});

test("an autoscaler is made on request", async () => {
  const objects = await make({ autoscaling: { min: 2, max: 6 } });
  expect(objects.get("HorizontalPodAutoscaler shop-blue").spec).toMatchObject({
    minReplicas: 2,
    maxReplicas: 6,
    scaleTargetRef: { kind: "Deployment", name: "shop-blue" },
  });
  expect(values.safeParse({ autoscaling: { min: 5, max: 2 } }).error?.issues[0]?.path).toEqual([
    "autoscaling",
    "max",
  ]);
});

test("Prometheus is told where the metrics are", async () => {
  const { template } = await deployment({ metrics: { path: "/m" }, port: 9000 });
  expect(template.metadata.annotations).toEqual({
    "prometheus.io/scrape": "true",
    "prometheus.io/port": "9000",
    "prometheus.io/path": "/m",
  });
});

test("other namespaces are let in by name, and the plan's own always", async () => {
  const policy = (await make({ ingress: { namespaces: ["gateways"] } })).get("NetworkPolicy shop-blue");
  const names = policy.spec.ingress[0].from.map(
    (from: Inputs) => from.namespaceSelector.matchLabels["kubernetes.io/metadata.name"],
  );
  expect(names).toEqual(["shop", "gateways"]);
});

test("an image that no container uses is refused by name", async () => {
  await expect(make({}, { images: { main: "a", sidecar: "b" } })).rejects.toThrow("package.images.sidecar");
  await expect(make({}, { images: {} })).rejects.toThrow("package.image: is missing");
});

test.each([
  [{ prot: 1 }, "prot"],
  [{ resources: { request: {} } }, "request"],
  [{ readiness: { path: "healthz" } }, "slash"],
  [{ drain: "5" }, "5s"],
])("values %j are refused with a hint", (given, hint) => {
  expect(JSON.stringify(values.safeParse(given).error?.issues)).toContain(hint);
});
