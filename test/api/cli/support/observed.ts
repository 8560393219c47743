import { check } from "../../../../src/api/check.ts";
import { API_VERSION } from "../../../../src/api/object.ts";
import type { Release } from "../../../../src/api/release.ts";
import {
  type ReleasePlan,
  type ReleasePlanStatus,
  releasePlanSpec,
} from "../../../../src/api/release-plan.ts";
import { instant } from "../../../../src/base/instant.ts";
import type { PlanObservation } from "../../../../src/cli/command-context.ts";
import type { Observed, SlotObservation } from "../../../../src/core/plan/observed.ts";

export const NOW = instant(Date.parse("2026-05-01T12:00:00Z"));

const slot = (readyEndpoints: number): SlotObservation => ({
  workloads: [],
  serviceExists: true,
  readyEndpoints,
});

/** A canary plan as the API server holds it; `spec` lies over it. */
export function canaryPlan(spec: object = {}, status?: Partial<ReleasePlanStatus>): ReleasePlan {
  return {
    apiVersion: API_VERSION,
    kind: "ReleasePlan",
    metadata: {
      name: "shop",
      namespace: "ns",
      uid: "uid-of-shop",
      generation: 3,
      finalizers: ["bascule.dev/plan"],
    },
    spec: releasePlanSpec.parse({
      stack: { program: { name: "web-service" }, values: { port: 8080 } },
      capacity: { replicas: 4 },
      traffic: { create: { hostnames: ["shop.example.com"], parentRefs: [{ name: "edge" }] } },
      strategy: {
        canary: {
          steps: [
            { weight: 5, hold: "2m" },
            { weight: 50, hold: "manual" },
          ],
        },
      },
      ...spec,
    }),
    status: { observedGeneration: 3, ...status },
  };
}

/** What the controller sees when blue serves with 4 replicas and green is empty. */
export function observation(
  plan: ReleasePlan,
  releases: readonly Release[],
  more: Partial<Observed> = {},
): PlanObservation {
  const program = {
    ok: true,
    name: "web-service",
    digest: "sha256:new",
    ports: [{ name: "http", port: 8080 }],
  } as const;
  const observed: Observed = {
    plan,
    releases,
    slots: { blue: slot(4), green: slot(0) },
    entry: { exists: true, slot: "blue" },
    preview: { exists: true, slot: "blue" },
    traffic: [
      {
        target: { kind: "HTTPRoute", name: "shop" },
        exists: true,
        split: {},
        mixed: false,
        foreign: [],
        accepted: true,
      },
    ],
    adoption: [],
    operations: {},
    programs: Object.fromEntries(releases.map((r) => [r.metadata.name, program])),
    checks: {
      ok: true,
      checks: [
        check.parse({
          name: "health",
          http: { path: "/healthz" },
          when: ["beforeTraffic", "steps", "observe"],
        }),
      ],
    },
    verifications: {},
    intruders: [],
    namespaceTerminating: false,
    ...more,
  };
  return { observed, now: NOW, notes: [] };
}
