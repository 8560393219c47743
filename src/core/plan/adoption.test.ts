import { describe, expect, it } from "vitest";
import { adoptedObservation } from "../../../test/api/cli/support/adopted.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import { adoptionState } from "./adoption.ts";
import { decide } from "./decide.ts";
import { GATES } from "./gates/index.ts";

type Given = Parameters<typeof adoptedObservation>;

function stateOf(...given: Given) {
  const { observed } = adoptedObservation(...given);
  return adoptionState(observed, observed.plan.status as ReleasePlanStatus, given[2]?.finish ?? "storefront");
}
function decided(...given: Given) {
  const { observed, now } = adoptedObservation(...given);
  return decide(observed, now);
}
const done = { service: "storefront", since: "2026-05-01T10:00:00.000Z", doneAt: "2026-05-01T10:00:01.000Z" };
const empty = { workloads: [], serviceExists: true, readyEndpoints: 0 };
const takeOvers = (...given: Given) => decided(...given).intents.filter((i) => i.kind === "takeOver");

describe("the end of an adoption", () => {
  it("is possible between releases, with the ports of the pods that serve", () => {
    expect(stateOf()).toEqual({
      state: "possible",
      service: "storefront",
      slot: "blue",
      pods: { numbers: [8080], names: ["http"] },
    });
  });

  it.each([
    ["ReleaseInProgress", [{ activeRelease: "shop-2" }]],
    ["StillServing", [{ liveSlot: "adopted", adoptedService: "storefront" }]],
    ["NotAdopted", [{}, {}, { finish: "another" }]],
    ["NotAdopted", [{ liveSlot: "none" }]],
    ["ServiceGone", [{}, { exists: false }]],
    ["Headless", [{}, { problem: { reason: "Headless", message: "is headless" } }]],
    ["ServiceInUse", [{}, {}, { formerPlans: ["cart"] }]],
    ["PortsUnknown", [{ slots: { blue: { release: "gone" } } }]],
    ["PortsDoNotFit", [{}, { targets: [{ port: 80, target: 9090, protocol: "TCP" }] }]],
    ["LiveNotReady", [{}, {}, { slots: { blue: empty, green: empty } }]],
    ["AlreadyFinished", [{ adoption: { ...done, service: "older" } }]],
  ] as readonly (readonly [string, Given])[])("is refused with %s", (reason, given) => {
    const state = stateOf(...given);
    expect(state).toMatchObject({ state: "refused", problem: { reason } });
    expect(takeOvers(given[0], given[1], { finish: "storefront", ...given[2] })).toEqual([]);
  });

  it("takes a named port only where the containers of the live slot have it by that name and number", () => {
    const targets = [{ port: 80, target: "http", protocol: "TCP" }];
    const workload = { kind: "Deployment", name: "shop-blue", desired: 4, ready: 4, current: true };
    const slots = (portNames: Record<string, number>) => ({
      blue: { workloads: [{ ...workload, portNames }], serviceExists: true, readyEndpoints: 4 },
      green: empty,
    });
    expect(stateOf({}, { targets }, { slots: slots({ http: 8080 }) }).state).toBe("possible");
    expect(stateOf({}, { targets }, { slots: slots({ http: 9090 }) }).state).toBe("refused");
    expect(stateOf({}, { targets }, { slots: slots({ web: 8080 }) }).state).toBe("refused");
  });

  it("is written down in the plan's status together with the intent, under a key that stays the same", () => {
    const first = decided({}, {}, { finish: "storefront" });
    expect(first.plan.adoption).toMatchObject({ service: "storefront", by: "ann", reason: "moved" });
    expect(first.plan.adoption?.doneAt).toBeUndefined();
    expect(first.plan.entryService).toBeUndefined();
    const again = decided({ adoption: first.plan.adoption }, {}, { finish: "storefront" });
    const keys = [first, again].map((d) => d.intents.filter((i) => i.kind === "takeOver").map((i) => i.key));
    expect(keys).toEqual([["uid-of-shop/adoption/storefront"], ["uid-of-shop/adoption/storefront"]]);
    expect(again.plan.adoption).toEqual(first.plan.adoption);
  });

  it("does not happen unasked, and what was written down and is no longer asked for is forgotten", () => {
    expect(takeOvers()).toEqual([]);
    const { doneAt: _, ...open } = done;
    expect(decided({ adoption: open }).plan.adoption).toBeUndefined();
  });

  it("is done when the Service is seen with mark and slot, whether or not the status knew of it", () => {
    const seen = { marked: true, slot: "blue" } as const;
    for (const status of [{ adoption: { ...done, doneAt: undefined } }, {}]) {
      const { plan, facts } = decided(status, seen, { finish: "storefront" });
      expect(plan).toMatchObject({ entryService: "storefront", adoption: { service: "storefront" } });
      expect(plan.adoption?.doneAt).toBeDefined();
      expect(plan.legacyService).toBeUndefined();
      expect(facts.map((f) => f.reason)).toEqual(["AdoptionFinished"]);
    }
  });

  it("is not undone when nobody asks for it any more", () => {
    const { plan, intents } = decided(
      { adoption: done, legacyService: undefined },
      { marked: true, slot: "blue" },
    );
    expect(plan.adoption).toEqual(done);
    expect(intents).toEqual([]);
  });

  it("brings an entry on the wrong slot back to the live one between releases", () => {
    const { intents } = decided(
      { adoption: done, legacyService: undefined },
      { marked: true, slot: "green" },
    );
    expect(intents).toMatchObject([{ kind: "select", service: "storefront", slot: "blue" }]);
  });

  it("leaves a Service that somebody points elsewhere afterwards alone, and says so", () => {
    const { plan, intents } = decided({ adoption: done, legacyService: undefined }, { marked: true });
    expect(intents).toEqual([]);
    expect(plan.conditions?.find((c) => c.type === "AdoptionFinished")).toMatchObject({
      status: "False",
      reason: "ForeignSelector",
    });
  });

  it("forgets a former Service that its owner has removed, once no rule names it", () => {
    expect(decided({}, { exists: false }).plan.legacyService).toBeUndefined();
    const [route] = adoptedObservation().observed.traffic;
    const traffic = [{ ...route, foreign: ["storefront:80"] }] as never;
    expect(decided({}, { exists: false }, { traffic }).plan.legacyService).toBe("storefront");
  });
});

describe("a release after the end of an adoption", () => {
  it("waits while its program does not serve the ports of the former Service", () => {
    const gate = GATES.find((g) => g.name === "EntryPortsServed");
    const ask = (port: number) => {
      const { observed, now } = adoptedObservation({ adoption: done }, { marked: true, slot: "blue" });
      const release = observed.releases[0]!;
      const program = {
        ok: true,
        name: "web-service",
        digest: "sha256:x",
        ports: [{ name: "http", port }],
      } as const;
      const programs = { [release.metadata.name]: program };
      const planStatus = observed.plan.status as ReleasePlanStatus;
      return gate?.ask({ observed: { ...observed, programs }, planStatus, release, now });
    };
    expect(ask(8080)).toEqual({ kind: "open" });
    expect(ask(9090)).toMatchObject({ kind: "wait", reason: "PortsDoNotFit" });
  });
});
