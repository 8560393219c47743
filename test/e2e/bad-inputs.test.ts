/** What somebody can get wrong in a plan: each is told with reason, field and remedy, and nobody outside notices. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { seconds } from "../../src/base/duration.ts";
import type { Instant } from "../../src/base/instant.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { REPLICAS, SHOP, STOREFRONT } from "../lab/shop.ts";
import { World } from "./world.ts";

let world: World;
let before: Readonly<Record<string, unknown>>;
let route: AnyObject;
let from: Instant;
beforeAll(async () => {
  world = await World.open("e2e-bad-inputs");
  before = await world.fingerprint("adopted");
  route = await world.route();
  from = clockNow();
});
afterAll(() => world?.close());

type Fields = Readonly<Record<string, unknown>>;

interface BadInput {
  /** Name of plan and release. */
  readonly name: string;
  /** Laid over a plan that is good. */
  readonly plan?: Fields;
  readonly image?: string;
  /** Reason of the condition `Held`, or of `Stalled` where the release has ended. */
  readonly reason: string;
  /** Field and remedy, as the message has them. */
  readonly says: readonly string[];
}

const program = (name: string, values: Fields = {}): Fields => ({
  stack: { program: { name }, values: { port: 8080, resources: { requests: { cpu: "20m" } }, ...values } },
});
const routes = (more: Fields): Fields => ({ traffic: { routes: [{ name: SHOP, ...more }] } });

/** Found out before anything is applied: the release waits for the mending, or has ended. */
const WAITING: readonly BadInput[] = [
  {
    name: "no-program",
    plan: program("web-servise"),
    reason: "StackInvalid",
    says: ["spec.stack", "web-servise/index.ts", "or use web-service"],
  },
  {
    name: "wrong-values",
    plan: program("web-service", { drian: "5s" }),
    reason: "StackInvalid",
    says: ["stack.values.drian", "is not a value of this program"],
  },
  {
    name: "no-route",
    plan: routes({ name: "gone" }),
    reason: "RouteNotFound",
    says: ['traffic.routes["gone"].name', "create it, or correct the name"],
  },
  {
    name: "no-rule",
    plan: routes({ rules: ["checkout"] }),
    reason: "RuleNotFound",
    says: ['traffic.routes["shop"].rules', '"checkout"', "spec.rules[].name"],
  },
  {
    name: "no-parent",
    plan: routes({ parentRefs: [{ name: "gone", namespace: "gateways" }] }),
    reason: "ParentNotFound",
    says: ['traffic.routes["shop"].parentRefs', "gateways/gone", "gateways/edge"],
  },
  {
    name: "no-gateway",
    plan: routes({ name: "astray" }),
    reason: "NotAccepted",
    says: ["astray", "accepted by no gateway", 'traffic.routes["astray"].parentRefs'],
  },
  {
    name: "no-template",
    plan: { verification: [{ name: "golden", templateRef: { name: "gone" } }] },
    reason: "MissingReference",
    says: ["verification[golden].templateRef", "create it or correct the name"],
  },
];

/** Found out by an apply, or by the pods: the release ends before any traffic. */
const APPLIED: readonly BadInput[] = [
  {
    name: "no-image",
    image: "localhost/shop:gone",
    reason: "ProgressDeadline",
    says: ["no-image-blue", "ImagePull", "correct the image in spec.package"],
  },
  {
    name: "no-account",
    plan: { stack: { ...(program("web-service").stack as Fields), serviceAccountName: "gone" } },
    reason: "ProgressDeadline",
    says: ["service account", "gone", "create it"],
  },
  {
    name: "refused",
    plan: program("web-service", { resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }),
    reason: "StackInvalid",
    says: ["Deployment refused-", "cpu", "must be less than or equal to"],
  },
];

async function make({ name, plan = {}, image = "localhost/shop:v1" }: BadInput): Promise<void> {
  const { namespace } = world.shop;
  await world.objects.apply({
    apiVersion: "bascule.dev/v1alpha1",
    kind: "ReleasePlan",
    metadata: { name, namespace },
    spec: {
      ...program("web-service"),
      ...routes({}),
      capacity: { replicas: 1 },
      strategy: { direct: {} },
      verification: [{ name: "health", http: { path: "/healthz" } }],
      timing: { startDeadline: "5m", progress: "45s", step: "20s" },
      ...plan,
    },
  });
  await world.releases.create(name, name, "1.0.0", image);
}

/** Waits until the release says by a condition what is wrong. A plan that was not seen yet is told by the same reason before. */
async function told({ name, reason, says }: BadInput): Promise<void> {
  const tells = ({ type, reason: why, message }: AnyObject): boolean =>
    (type === "Held" || type === "Stalled") &&
    why === reason &&
    says.every((part) => String(message).includes(part));
  const what = `${reason} with ${says.join(", ")}`;
  await world.releases.when(name, what, (status) => status?.conditions?.some(tells) === true);
}

/** Nobody outside noticed anything. */
async function expectUntouched(): Promise<void> {
  expect(await world.fingerprint("adopted")).toEqual(before);
  const { metadata, spec } = await world.route();
  expect({ spec, annotations: metadata.annotations }).toEqual({
    spec: route.spec,
    annotations: route.metadata.annotations,
  });
  const answered = world.load.answers.figures({ from });
  expect(answered.versions.map((v) => v.version)).toEqual(["v0"]);
  expect(answered.causes).toEqual({});
}

test("references and values that are wrong are told before anything is applied", async () => {
  const { namespace } = world.shop;
  await world.objects.apply({
    ...route,
    metadata: { name: "astray", namespace },
    spec: { ...route.spec, hostnames: ["astray.example"], parentRefs: [{ name: "gone" }] },
    status: undefined,
  });
  await Promise.all(WAITING.map(make));
  await world.releases.create("nobody", "no-plan", "1.0.0", "localhost/shop:v1");
  await Promise.all(WAITING.map(told));
  const says = ["spec.planRef.name", '"nobody"', "create it, or delete this release"];
  await told({ name: "no-plan", reason: "MissingReference", says });
  const deployments = await world.objects.list(KIND.deployment, namespace);
  expect(deployments.map((d) => d.metadata.name)).toEqual([STOREFRONT]);
  await expectUntouched();
});

test("a release that waits for its template starts when that comes", async () => {
  const { namespace } = world.shop;
  await world.objects.apply({
    apiVersion: "bascule.dev/v1alpha1",
    kind: "VerificationTemplate",
    metadata: { name: "gone", namespace },
    spec: { checks: [{ name: "health", http: { path: "/gone" } }] },
  });
  // It starts, and its check fails before any traffic: the path does not exist.
  const { status } = await world.releases.whenPhase("no-template", "Failed");
  expect(status.message).toContain("golden");
  await expectUntouched();
});

test("what the cluster refuses or can't start ends before any traffic", async () => {
  await Promise.all(APPLIED.map(make));
  await Promise.all(APPLIED.map(told));
  await expectUntouched();
});

test("a quota that is too small is told in the words of the API server", async () => {
  const { namespace } = world.shop;
  const hard = { pods: String(REPLICAS) }; // the storefront's own, whatever other releases leave behind meanwhile
  await world.objects.apply({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "tight", namespace },
    spec: { hard },
  });
  const quota: BadInput = {
    name: "no-quota",
    reason: "ProgressDeadline",
    says: ["no-quota-blue", "exceeded quota: tight", "raise that quota, or lower capacity.replicas"],
  };
  await make(quota);
  await told(quota);
  await world.objects.remove(
    { ...KIND.pod, kind: "ResourceQuota", plural: "resourcequotas" },
    { name: "tight", namespace },
  );
  await expectUntouched();
});

test("weights out of order are refused by the API server, with the field", async () => {
  const steps = [{ weight: 50 }, { weight: 20 }];
  const plan = make({ name: "falling", plan: { strategy: { canary: { steps } } }, reason: "", says: [] });
  await expect(plan).rejects.toThrow(/spec\.strategy\.canary\.steps.*ascend/s);
});

test("a Prometheus that can't be reached never passes: the candidate is taken back at the deadline", async () => {
  const share = { bad: "requests_failed", total: "requests", max: 0.01 };
  await make({
    name: "no-prometheus",
    plan: {
      strategy: { canary: { steps: [{ weight: 20 }] } },
      verification: [{ name: "errors", prometheus: { address: "http://prometheus.invalid:9090", share } }],
      timing: { progress: "60s", step: "5s", settle: "200ms", observe: "5s", drain: "2s" },
    },
    reason: "",
    says: [],
  });
  const { status } = await world.releases.whenPhase("no-prometheus", "Reverted");
  expect(status.message).toContain("errors");
  const live = async (): Promise<boolean> => {
    const { spec } = await world.route();
    return spec.rules[0].backendRefs.every((b: AnyObject) => b.name === STOREFRONT || b.weight === 0);
  };
  await waitUntil("all traffic is back", live, { deadline: seconds(10) });
  expect(world.lost(from)).toEqual({});
});
