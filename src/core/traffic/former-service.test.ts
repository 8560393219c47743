import { describe, expect, it } from "vitest";
import { applyJsonPatch } from "../../../test/conformance/traffic-router/json-patch.ts";
import type { ServiceObject } from "./entry-selector.ts";
import { portProblem, readFormer, renderTakeOver } from "./former-service.ts";

const PODS = { numbers: [8080], names: ["http"] };
const TAKE = { plan: "shop", slot: "blue", pods: PODS } as const;
type Spec = NonNullable<ServiceObject["spec"]>;

const service = (
  spec: Partial<Spec> = {},
  metadata: Partial<ServiceObject["metadata"]> = {},
): ServiceObject => ({
  metadata: { name: "storefront", ...metadata },
  spec: {
    type: "ClusterIP",
    clusterIP: "10.0.0.1",
    selector: { app: "storefront" },
    ports: [{ port: 80, targetPort: 8080 }],
    ...spec,
  },
});
const problemOf = (object: ServiceObject) => readFormer("storefront", object, "shop").problem?.reason;

describe("a former Service", () => {
  it("is read with the ports that its callers use and where they lead", () => {
    const ports = [
      { port: 80, targetPort: 8080 },
      { port: 81, targetPort: "http", protocol: "TCP" },
      { port: 8080 },
    ];
    expect(readFormer("storefront", service({ ports }), "shop")).toEqual({
      service: "storefront",
      exists: true,
      marked: false,
      selector: { app: "storefront" },
      targets: [
        { port: 80, target: 8080, protocol: "TCP" },
        { port: 81, target: "http", protocol: "TCP" },
        { port: 8080, target: 8080, protocol: "TCP" },
      ],
    });
    expect(readFormer("gone", undefined, "shop")).toMatchObject({ exists: false, marked: false });
  });

  it.each([
    ["ExternalName", service({ type: "ExternalName", selector: {} })],
    ["Headless", service({ clusterIP: "None" })],
    ["NoSelector", service({ selector: {} })],
    ["ServiceInUse", service({ selector: { "bascule.dev/plan": "cart", "bascule.dev/slot": "blue" } })],
    ["ServiceInUse", service({}, { annotations: { "bascule.dev/entry": "cart" } })],
    ["ServiceTerminating", service({}, { deletionTimestamp: "2026-01-01T00:00:00Z" })],
  ])("is unfit as %s", (reason, object) => {
    expect(problemOf(object)).toBe(reason);
    expect(renderTakeOver(object, TAKE).kind).toBe("invalid");
  });

  it("fits by every one of its ports, or not at all", () => {
    const fits = (...targetPorts: readonly (number | string)[]) =>
      portProblem(
        readFormer(
          "storefront",
          service({ ports: targetPorts.map((targetPort) => ({ port: 80, targetPort })) }),
          "shop",
        ),
        PODS,
      )?.message;
    expect(fits(8080, "http")).toBeUndefined();
    expect(fits(8080, 9090)).toContain(
      'port 80 of Service "storefront" leads to TCP port 9090 of the pods, and the slots\' pods have 8080, http',
    );
    expect(fits("metrics")).toContain("TCP port metrics");
    const udp = readFormer(
      "storefront",
      service({ ports: [{ port: 53, targetPort: 8080, protocol: "UDP" }] }),
      "shop",
    );
    expect(portProblem(udp, PODS)?.reason).toBe("PortsDoNotFit");
  });
});

describe("the write that takes a Service over", () => {
  const opsFor = (object: ServiceObject) => {
    const rendered = renderTakeOver(object, TAKE);
    if (rendered.kind !== "patch") throw new Error(rendered.kind);
    return rendered.ops;
  };

  it("changes the selector and our two annotations, and nothing else", () => {
    const before = service({}, { annotations: { note: "mine" } });
    expect(applyJsonPatch(before, opsFor(before))).toEqual({
      metadata: {
        name: "storefront",
        annotations: {
          note: "mine",
          "bascule.dev/entry": "shop",
          "bascule.dev/former-selector": '{"app":"storefront"}',
        },
      },
      spec: { ...before.spec, selector: { "bascule.dev/plan": "shop", "bascule.dev/slot": "blue" } },
    });
  });

  it("is refused when selector, ports or mark are no longer what it was decided by", () => {
    const before = service({}, { annotations: {} });
    for (const changed of [
      service({ selector: { app: "other" } }, { annotations: {} }),
      service({ ports: [{ port: 80, targetPort: 9090 }] }, { annotations: {} }),
      service({}, { annotations: { "bascule.dev/entry": "cart" } }),
    ])
      expect(applyJsonPatch(changed, opsFor(before))).toHaveProperty("refused");
  });

  it("is done when the Service follows the plan already, on whichever slot", () => {
    const selector = { "bascule.dev/plan": "shop", "bascule.dev/slot": "green" };
    const annotations = { "bascule.dev/entry": "shop" };
    expect(renderTakeOver(service({ selector }, { annotations }), TAKE)).toEqual({ kind: "same" });
  });
});
