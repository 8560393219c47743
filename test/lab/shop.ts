import { type AnyObject, KIND } from "./kinds.ts";
import { type Objects, readFolder, whenAvailable, whenObserved } from "./objects.ts";

/** The shop as a team runs it before it knows Bascule: its own Deployment, Service and route. */
export interface Shop {
  readonly namespace: string;
  readonly host: string;
}

/** Name of the team's own Deployment and Service, and label `app` of its pods. */
export const STOREFRONT = "storefront";
/** Name of plan and route. */
export const SHOP = "shop";
export const REPLICAS = 3;

/** The cluster's Gateway, which serves every namespace. */
export const PARENTS = [{ name: "edge", namespace: "gateways" }] as const;

const PACK = "traefik-golden-signals";
const RESTRICTED = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/** Deploys version v0 by hand and waits until it is available. */
export async function deployByHand(objects: Objects, shop: Shop): Promise<void> {
  for (const object of byHand(shop)) await objects.apply(object);
  await whenAvailable(objects, { name: STOREFRONT, namespace: shop.namespace });
}

function byHand({ namespace, host }: Shop): readonly AnyObject[] {
  const labels = { app: STOREFRONT };
  const metadata = { name: STOREFRONT, namespace };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: REPLICAS, selector: { matchLabels: labels }, template: podTemplate(labels) },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: SHOP, namespace },
      spec: {
        parentRefs: PARENTS,
        hostnames: [host],
        rules: [{ backendRefs: [{ name: STOREFRONT, port: 80 }] }],
      },
    },
  ];
}

const podTemplate = (labels: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> => ({
  metadata: { labels },
  spec: {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "shop",
        image: "localhost/shop:v0",
        securityContext: RESTRICTED,
        ports: [{ containerPort: 8080 }],
        resources: { requests: { cpu: "20m", memory: "64Mi" } },
        readinessProbe: { httpGet: { path: "/readyz", port: 8080 }, periodSeconds: 1 },
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
      },
    ],
  },
});

export interface PlanChoice {
  /** Name of the plan. Default: the shop's. */
  readonly name?: string;
  readonly strategy: Readonly<Record<string, unknown>>;
  /** Laid over the short times of the lab. */
  readonly timing?: Readonly<Record<string, string>>;
  readonly verification?: readonly Readonly<Record<string, unknown>>[];
  /** Laid over the values of the program. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly more?: Readonly<Record<string, unknown>>;
}

const TIMING = {
  ...{ startDeadline: "1m", progress: "90s", settle: "200ms", inForce: "20s" },
  ...{ step: "45s", wait: "2m", drain: "4s", observe: "5s" },
};

/**
 * The checks of the lab: Traefik's counters through Prometheus, and the health path. With a limit of 0.1 % two errors
 * of ten requests are proof, with the pack's default of 1 % it takes three.
 */
export const CHECKS: readonly Readonly<Record<string, unknown>>[] = [
  { name: "golden", templateRef: { name: PACK }, args: { maxErrorShare: "0.1%" }, window: "4s" },
  {
    name: "health",
    http: { path: "/healthz", interval: "250ms", successes: 2, timeout: "2s" },
  },
];

/** Copies the pack `traefik-golden-signals` into the namespace, with a look every 100 ms: what is seen of a scrape is seen at once. */
export async function copyPack(objects: Objects, namespace: string): Promise<void> {
  const pack = (await readFolder("probes/metrics")).find(({ metadata }) => metadata.name === PACK);
  if (pack === undefined) throw new Error(`probes/metrics has no template named ${PACK}`);
  const checks = pack.spec.checks.map((check: AnyObject) => ({
    ...check,
    prometheus: { ...check.prometheus, interval: "100ms" },
  }));
  await objects.apply({
    ...pack,
    kind: "VerificationTemplate",
    metadata: { name: pack.metadata.name, namespace },
    spec: { ...pack.spec, checks },
  });
}

/** Writes the plan and waits until the controller has seen it: releases made after that are compiled from it. */
export async function writePlan(objects: Objects, { namespace }: Shop, choice: PlanChoice): Promise<void> {
  const name = choice.name ?? SHOP;
  const plan = {
    apiVersion: "bascule.dev/v1alpha1",
    kind: "ReleasePlan",
    metadata: { name, namespace },
    spec: {
      stack: {
        program: { name: "web-service" },
        values: { port: 8080, resources: { requests: { cpu: "20m" } }, ...choice.values },
      },
      capacity: { replicas: REPLICAS },
      traffic: { routes: [{ name: SHOP }] },
      strategy: choice.strategy,
      verification: choice.verification ?? CHECKS,
      timing: { ...TIMING, ...choice.timing },
      ...choice.more,
    },
  };
  await objects.apply(plan);
  await whenObserved(objects, KIND.plan, { name, namespace });
}
