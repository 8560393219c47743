import { expect, test } from "vitest";
import { type Pod, readTargets } from "./discovery.ts";

const pod = (annotations: Record<string, string>, rest: Partial<Pod> = {}): Pod => ({
  metadata: {
    name: "shop-1",
    namespace: "default",
    labels: {
      app: "shop",
      "bascule.dev/plan": "shop",
      "bascule.dev/slot": "blue",
      "bascule.dev/release": "shop-1",
    },
    annotations,
  },
  status: { phase: "Running", podIP: "10.244.0.7" },
  ...rest,
});

test("an annotated pod becomes a target with namespace, pod, app and the labels of its slot", () => {
  const annotations = {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": "9000",
    "prometheus.io/path": "/m",
  };
  expect(readTargets([pod(annotations)])).toEqual([
    {
      targets: ["10.244.0.7:9000"],
      labels: {
        __metrics_path__: "/m",
        namespace: "default",
        pod: "shop-1",
        app: "shop",
        bascule_plan: "shop",
        bascule_slot: "blue",
        bascule_release: "shop-1",
      },
    },
  ]);
});

test("pods without the annotation, without an address, that have ended or name no port are left out", () => {
  const on = { "prometheus.io/scrape": "true" };
  expect(readTargets([pod({})])).toEqual([]);
  expect(readTargets([pod(on, { status: { phase: "Running" } })])).toEqual([]);
  expect(readTargets([pod(on, { status: { phase: "Succeeded", podIP: "10.244.0.7" } })])).toEqual([]);
  expect(readTargets([pod({ ...on, "prometheus.io/port": "web" })])).toEqual([]);
});
