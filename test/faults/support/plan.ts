import type { AnyObject } from "../../lab/kinds.ts";

export const PLAN = "shop";
export const HOST = "shop.faults.test";
/** Replicas of a whole slot. */
export const REPLICAS = 2;

/** Answers once and is content: for runs that are not about the gate. */
export const HEALTH = {
  name: "health",
  http: { path: "/healthz", interval: "300ms", successes: 1 },
};

/** Errors of the shop as Prometheus counts them. */
export const errorsBelow = (limit: string, more: object = {}): object => ({
  name: "golden",
  templateRef: { name: "http-golden-signals" },
  args: { maxErrorShare: limit },
  ...more,
});

export interface PlanOptions {
  readonly verification: readonly object[];
  /** Replicas of a whole slot; default 2. */
  readonly replicas?: number;
  /** Laid over the values of the program. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Hold at 20 %; default 1 s. */
  readonly hold?: string;
  /** Deadline of a step after its hold; default 1 min. */
  readonly step?: string;
  /** Time in which a split must come into force; default 2 min. */
  readonly inForce?: string;
  /** Further times, laid over those above. */
  readonly timing?: Readonly<Record<string, string>>;
  /** Finished releases to keep; default 100. */
  readonly history?: number;
}

/** A canary of 20 % and 100 % that takes seconds. */
export function planObject(namespace: string, options: PlanOptions): AnyObject {
  const { verification, hold = "1s", step = "1m", inForce = "2m", timing, history = 100 } = options;
  return {
    apiVersion: "bascule.dev/v1alpha1",
    kind: "ReleasePlan",
    metadata: { name: PLAN, namespace },
    spec: {
      stack: {
        program: { name: "web-service" },
        values: {
          port: 8080,
          drain: "1s",
          terminationGracePeriod: "5s",
          metrics: {},
          resources: { requests: { cpu: "10m", memory: "32Mi" } },
          ...options.values,
        },
      },
      capacity: { replicas: options.replicas ?? REPLICAS },
      traffic: {
        create: { hostnames: [HOST], parentRefs: [{ name: "edge", namespace: "gateways" }] },
      },
      strategy: { canary: { steps: [{ weight: 20, hold }] } },
      verification,
      timing: { inForce, settle: "300ms", drain: "1s", observe: "1s", progress: "2m", step, ...timing },
      retention: { history },
    },
  };
}
