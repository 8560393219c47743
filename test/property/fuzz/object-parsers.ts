/** Every parser of objects that come from outside, as JSON already, with a sample of what it takes. */

import { seconds } from "../../../src/base/duration.ts";
import { instant } from "../../../src/base/instant.ts";
import { readPlan, readRelease, readTemplate } from "../../../src/controller/read-objects.ts";
import { readComparison } from "../../../src/core/gate/compare/read-comparison.ts";
import { readMemory } from "../../../src/core/gate/judge-memory.ts";
import { readWorkload } from "../../../src/core/plan/read-workload.ts";
import { readSegment } from "../../../src/core/record/segment.ts";
import { verifyJournal } from "../../../src/core/record/verify.ts";
import { adoptRoute } from "../../../src/core/traffic/adopt.ts";
import { readEntry } from "../../../src/core/traffic/entry-selector.ts";
import { readFeatures } from "../../../src/core/traffic/features.ts";
import { readFormer } from "../../../src/core/traffic/former-service.ts";
import { observeRoute } from "../../../src/core/traffic/observe-route.ts";
import { readShares } from "../../../src/core/traffic/shares.ts";
import { durationOf, holderOf, renderHold } from "../../../src/kube/lease-record.ts";
import { readPage } from "../../../src/kube/list.ts";
import { resourceType } from "../../../src/kube/resources.ts";
import { readStatus } from "../../../src/kube/status.ts";
import { readAnswer, readRuleNames } from "../../../src/metrics/prometheus-answer.ts";
import { EventLog } from "../../../src/stacks/event-log.ts";
import { formerOf, inlineOf, partOf } from "../../../src/stacks/state/state-secret.ts";
import * as indexers from "../../../src/world/indexers.ts";
import * as projections from "../../../src/world/projections.ts";

export interface ObjectParser {
  readonly of: readonly string[];
  readonly sample: object;
  /**
   * It runs in a pass over one plan or in one operation of a stack, on what the API server or Pulumi have seen to the
   * shape of: for another shape it may throw a TypeError, which ends that one alone. It still has to end.
   */
  readonly inPass?: true;
  readonly read: (value: never) => unknown;
}

const META = {
  ...{ name: "shop", namespace: "ns", uid: "u", resourceVersion: "7", generation: 2 },
  ...{
    labels: { "bascule.dev/plan": "shop", "bascule.dev/slot": "blue" },
    annotations: { "bascule.dev/run": "u/1" },
  },
  managedFields: [{ manager: "x", time: "2030-01-01T00:00:00Z", fieldsV1: { "f:spec": { "f:rules": {} } } }],
};
const BACKENDS = { blue: { service: "shop-blue", port: 80 }, green: { service: "shop-green", port: 80 } };
const PARENT = { name: "edge", namespace: "gateways" };
const ROUTE = {
  ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata: META },
  spec: {
    parentRefs: [PARENT],
    rules: [
      {
        name: "main",
        filters: [{ type: "X" }],
        backendRefs: [
          { name: "shop-blue", port: 80, weight: 80 },
          { name: "shop-green", port: 80, weight: 20 },
        ],
      },
    ],
  },
  status: {
    parents: [
      {
        parentRef: PARENT,
        conditions: [
          { type: "Accepted", status: "True", observedGeneration: 2 },
          { type: "ResolvedRefs", status: "True", observedGeneration: 2 },
        ],
      },
    ],
  },
};
const TARGET = {
  kind: "HTTPRoute" as const,
  name: "shop",
  rules: [0],
  ruleNames: ["main"],
  parents: [PARENT],
};
const POD = {
  ...{ apiVersion: "v1", kind: "Pod", metadata: META },
  status: {
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
    containerStatuses: [{ name: "main", state: { waiting: { reason: "CrashLoopBackOff", message: "x" } } }],
    initContainerStatuses: [{ name: "init", state: {} }],
  },
};
const DEPLOYMENT = {
  ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: META },
  spec: {
    replicas: 3,
    template: {
      metadata: { labels: { "bascule.dev/release": "r" } },
      spec: { containers: [{ ports: [{ name: "http", containerPort: 80 }] }] },
    },
  },
  status: {
    observedGeneration: 2,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    conditions: [{ type: "ReplicaFailure", status: "True" }],
  },
};
const SCALER = {
  ...{ apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" },
  metadata: { ...META, annotations: { "bascule.dev/floor": "3/1/u/1" } },
  spec: { minReplicas: 1, maxReplicas: 5, scaleTargetRef: { kind: "Deployment", name: "shop" } },
};
const SLICE = {
  ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" },
  metadata: { ...META, labels: { "kubernetes.io/service-name": "shop-blue" } },
  endpoints: [
    {
      addresses: ["10.0.0.1"],
      conditions: { ready: true },
      targetRef: { kind: "Pod", name: "p", uid: "pu" },
    },
  ],
  ports: [{ name: "http", port: 8080 }],
};
const SERVICE = {
  ...{ apiVersion: "v1", kind: "Service", metadata: META },
  spec: {
    selector: { "bascule.dev/plan": "shop", "bascule.dev/slot": "blue" },
    ports: [{ name: "http", port: 80, targetPort: 8080 }],
    clusterIP: "10.1.1.1",
    type: "ClusterIP",
  },
};
const BUDGET = {
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: META,
  spec: {
    selector: { matchLabels: { a: "b" }, matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] },
  },
};
const PLAN = {
  ...{ apiVersion: "bascule.dev/v1alpha1", kind: "ReleasePlan", metadata: META },
  spec: {
    stack: { program: { name: "web-service" }, values: { port: 8080 } },
    traffic: { routes: [{ kind: "HTTPRoute", name: "shop", rules: ["main"] }] },
    strategy: { canary: { steps: [{ weight: 5, hold: "2m" }] } },
    verification: [{ name: "health", templateRef: { name: "t" } }],
  },
  status: { observedGeneration: 1, liveSlot: "blue", activeRelease: "r", adoption: { service: "old" } },
};
const TEMPLATE = {
  ...{ apiVersion: "bascule.dev/v1alpha1", kind: "VerificationTemplate", metadata: META },
  spec: { args: [{ name: "path", default: "/" }], checks: [{ name: "c", http: { path: "{{args.path}}" } }] },
};
const ENTRY = {
  at: "2030-01-01T00:00:00.000Z",
  from: "",
  to: "Pending",
  reason: "Created",
  message: "m",
  hash: "h",
};
const RELEASE = {
  ...{ apiVersion: "bascule.dev/v1alpha1", kind: "Release", metadata: META },
  spec: { planRef: { name: "shop" }, package: { version: "1.4.0", image: "example.com/shop:1.4.0" } },
  status: {
    observedGeneration: 1,
    phase: "Pending",
    frozen: { format: 99, steps: [] },
    journal: { head: "h", count: 1, entries: [ENTRY] },
  },
};
const VERIFICATION = {
  ...RELEASE,
  kind: "Verification",
  spec: { target: { service: "s", plan: "shop" }, checks: [] },
};
const SEGMENT = {
  ...{ apiVersion: "v1", kind: "ConfigMap", immutable: true },
  metadata: { ...META, ownerReferences: [{ controller: true, uid: "u" }] },
  data: { offset: "0", entries: `${JSON.stringify(ENTRY)}\n` },
};
const LEASE = {
  ...{ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: META },
  spec: {
    holderIdentity: "a",
    leaseDurationSeconds: 15,
    renewTime: "2030-01-01T00:00:00.000000Z",
    leaseTransitions: 3,
  },
};
const COMPARISON = {
  start: 1,
  until: 2,
  peak: 3,
  odd: 0,
  pods: ["a"],
  metrics: [{ candidate: {}, live: {}, harm: {}, safety: {} }],
};
const MATRIX = {
  status: "success",
  data: {
    resultType: "matrix",
    result: [
      {
        metric: { __name__: "a", b: "c" },
        values: [
          [1.5, "2"],
          [2, "+Inf"],
        ],
      },
    ],
  },
};
const RULES = { status: "success", data: { groups: [{ rules: [{ name: "HighErrors" }] }] } };
const VECTOR = {
  status: "success",
  data: { resultType: "vector", result: [{ metric: {}, value: [1, "2"] }] },
};
const STEP = {
  resOutputsEvent: {
    metadata: {
      op: "update",
      urn: "urn:a::b::kubernetes:apps/v1:Deployment::x",
      type: "kubernetes:apps/v1:Deployment",
      detailedDiff: { "spec.replicas": {} },
      old: { retainOnDelete: false },
    },
  },
};
const SECRET = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: META,
  data: { "checkpoint.json.gz": "AAAA", "former-3.json.gz": "AAAA", part: "AAAA" },
};

const TYPE = resourceType({ group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true });
const core = (file: string): string => `src/core/${file}`;
const kept = (project: (object: never) => object, index: (object: never) => unknown) => (object: never) =>
  index(project(object) as never);

export const OBJECT_PARSERS: readonly ObjectParser[] = [
  { of: ["src/controller/read-objects.ts#readPlan"], sample: PLAN, read: (o) => readPlan(o) },
  {
    of: ["src/controller/read-objects.ts#readRelease", "src/controller/read-objects.ts#readReleaseStatus"],
    sample: RELEASE,
    read: (o) => readRelease(o),
  },
  { of: ["src/controller/read-objects.ts#readTemplate"], sample: TEMPLATE, read: (o) => readTemplate(o) },
  {
    of: [core("gate/compare/read-comparison.ts#readComparison")],
    sample: COMPARISON,
    read: (o) => readComparison(o),
  },
  {
    of: [core("gate/judge-memory.ts#readMemory")],
    sample: {
      looks: 1,
      good: 1,
      bad: 0,
      unreadable: 0,
      seen: true,
      standing: "pending",
      compared: COMPARISON,
      first: { at: "x", reason: "y" },
    },
    read: (memory) => readMemory({ memory } as never),
  },
  {
    of: [
      core("traffic/read-split.ts#readSplit"),
      core("traffic/read-split.ts#readRule"),
      core("traffic/parents.ts#readAcceptance"),
      core("traffic/owners.ts#readGitOpsOwner"),
      core("traffic/owners.ts#readForeignManager"),
    ],
    inPass: true,
    sample: ROUTE,
    read: (route) => [
      observeRoute(route, "ns", TARGET, BACKENDS),
      adoptRoute(route, "ns", { kind: "HTTPRoute", name: "shop", rules: ["main"] }, BACKENDS),
      indexers.backendsOfRoute(route),
    ],
  },
  {
    of: [core("traffic/shares.ts#readShares")],
    sample: { weights: [80, 20, 0, 1] },
    read: ({ weights }: never) => (Array.isArray(weights) ? readShares(weights as never) : undefined),
  },
  {
    of: [core("traffic/features.ts#readFeatures")],
    inPass: true,
    sample: {
      gateway: { spec: { gatewayClassName: "c" } },
      gatewayClass: { status: { supportedFeatures: [{ name: "A" }, "B"] } },
    },
    read: ({ gateway, gatewayClass }: never) =>
      readFeatures("ns", [PARENT], { gateway: () => gateway, gatewayClass: () => gatewayClass }),
  },
  {
    of: [core("traffic/entry-selector.ts#readEntry"), core("traffic/former-service.ts#readFormer")],
    inPass: true,
    sample: SERVICE,
    read: (service) => {
      const seen = projections.serviceOf(service) as never;
      return [
        readEntry(seen, "shop"),
        readFormer("shop", seen, "shop"),
        indexers.serviceSelectorIndex(seen),
        indexers.planOfEntry(seen),
      ];
    },
  },
  {
    of: [core("plan/read-workload.ts#readWorkload")],
    inPass: true,
    sample: { deployment: DEPLOYMENT, scaler: SCALER, pod: POD },
    read: ({ deployment, scaler, pod }: Record<"deployment" | "scaler" | "pod", never>) => {
      if (![deployment, scaler, pod].every(isObject)) return undefined;
      const projected = [
        projections.deploymentOf(deployment),
        [projections.autoscalerOf(scaler)],
        [projections.podOf(pod)],
      ];
      return readWorkload(...(projected as unknown as Parameters<typeof readWorkload>));
    },
  },
  {
    of: ["src/world/projections.ts#endpointsOf"],
    sample: SLICE,
    read: (slice) => {
      const seen = projections.endpointsOf(slice);
      return [projections.countReady([seen]), projections.readyIn([seen]), indexers.serviceOfSlice(seen)];
    },
  },
  {
    of: ["src/world/projections.ts#budgetOf"],
    sample: BUDGET,
    read: kept(projections.budgetOf, indexers.budgetSelectorIndex),
  },
  { of: ["src/world/projections.ts#namespaceOf"], sample: POD, read: (o) => projections.namespaceOf(o) },
  {
    of: [
      "src/world/indexers.ts#servicesOfPlan",
      "src/world/indexers.ts#routesOfPlan",
      "src/world/indexers.ts#templatesOfPlan",
    ],
    sample: PLAN,
    read: (plan) => [
      indexers.servicesOfPlan(plan),
      indexers.routesOfPlan(plan),
      indexers.templatesOfPlan(plan),
    ],
  },
  {
    of: ["src/world/indexers.ts#planOfRelease", "src/world/indexers.ts#pendingIndex"],
    sample: RELEASE,
    read: (release) => [
      indexers.planOfRelease(release),
      indexers.pendingIndex(release),
      indexers.uidIndex(release),
      indexers.planOfLabel(release),
    ],
  },
  {
    of: ["src/world/indexers.ts#planOfVerification"],
    sample: VERIFICATION,
    read: (o) => indexers.planOfVerification(o),
  },
  {
    of: [core("record/segment.ts#readSegment")],
    inPass: true,
    sample: SEGMENT,
    read: (segment) => [
      readSegment(segment),
      verifyJournal({ head: "h", count: 1, entries: [] }, "u", [segment]),
    ],
  },
  {
    of: ["src/kube/lease-record.ts#holderOf"],
    sample: LEASE,
    read: (lease) => [
      holderOf(lease),
      durationOf(lease, seconds(15)),
      renderHold(lease, { identity: "b", duration: seconds(15), now: instant(0) }),
    ],
  },
  {
    of: ["src/kube/list.ts#readPage"],
    sample: { metadata: { resourceVersion: "1", continue: "x" }, items: [{ metadata: META }] },
    read: (o) => readPage(TYPE, o),
  },
  {
    of: ["src/kube/status.ts#readStatus"],
    sample: {
      kind: "Status",
      code: 422,
      details: { causes: [{ field: "a", reason: "b", message: "c" }], retryAfterSeconds: 3 },
    },
    read: (o) => readStatus(o),
  },
  { of: ["src/metrics/prometheus-answer.ts#readAnswer"], sample: MATRIX, read: (o) => readAnswer(200, o) },
  { of: ["src/metrics/prometheus-answer.ts#readAnswer"], sample: VECTOR, read: (o) => readAnswer(200, o) },
  {
    of: ["src/metrics/prometheus-answer.ts#readRuleNames"],
    sample: RULES,
    read: (o) => readRuleNames(200, o),
  },
  {
    of: ["src/stacks/event-log.ts#EventLog"],
    inPass: true,
    sample: STEP,
    read: (event) => {
      const log = new EventLog();
      log.take(event);
      return [log.changes, log.details, log.failures];
    },
  },
  {
    of: ["src/stacks/state/state-secret.ts#formerOf"],
    sample: SECRET,
    read: (secret) => [inlineOf(secret), partOf(secret), formerOf(secret)],
  },
];

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "metadata" in value;
