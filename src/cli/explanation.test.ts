import { describe, expect, it } from "vitest";
import { aRelease, ended, FROZEN, runningRelease } from "../../test/api/cli/support/objects.ts";
import { canaryPlan, NOW, observation } from "../../test/api/cli/support/observed.ts";
import { renderInstant } from "../base/instant.ts";
import { renderExplanation } from "./commands/explain.ts";
import { explainRelease } from "./explanation.ts";
import { paintWith } from "./view/paint.ts";

const bob = { by: "bob", reason: "night" };
const active = { liveSlot: "blue", activeRelease: "shop-1" } as const;
const frozen = {
  ...FROZEN,
  timing: canaryPlan().spec.timing,
  targets: [{ kind: "HTTPRoute", name: "shop", rules: [0], parents: [] }],
  port: 8080,
  checks: [],
} as typeof FROZEN;
const running = runningRelease("shop-1", "Shifting", {
  frozen,
  floor: 4,
  position: {
    step: 2,
    stage: "verify",
    since: renderInstant(NOW),
    inForceAt: renderInstant(NOW),
    attempt: 1,
    waitedMs: 0,
  },
});
const route = { ...observation(canaryPlan(), []).observed.traffic[0]!, run: "uid-of-shop-1/0" };
const split = { blue: 9_500, green: 500 } as (typeof route)["split"];
const seen = (release: typeof running) =>
  observation(canaryPlan({}, active), [release], {
    traffic: [{ ...route, split }],
    slots: {
      blue: { workloads: [], serviceExists: true, readyEndpoints: 4 },
      green: { workloads: [], serviceExists: true, readyEndpoints: 1 },
    },
  });

describe("explain", () => {
  it("names the rule that speaks and those that were asked before it", () => {
    const e = explainRelease(seen(running), "shop-1");
    expect(e.spoke.map((t) => t.rule)).toEqual(["Step"]);
    expect(e.silent).toEqual([
      "LiveAccepted",
      "RevertedOnRoute",
      "Reverting",
      "Aborted",
      "GateFailed",
      "CandidateLost",
      "RevertAsked",
      "Deleted",
      "NewerForm",
      "Superseded",
      "ForeignEdit",
      "Paused",
    ]);
    expect(e.after.held).toMatch(/^manualhold-[0-9a-z]+$/);
    // A person is waited for until 24 h are over.
    expect(e.wakeAt).toBe("2026-05-02T12:00:00.000Z");
    expect(renderExplanation(e, NOW, paintWith(false)).join("\n")).toContain("or in 1d");
  });

  it("shows that an abort takes traffic back at once, before anything is stored", () => {
    const e = explainRelease(
      seen({ ...running, spec: { ...running.spec, control: { abort: bob } } }),
      "shop-1",
    );
    expect(e.spoke.map((t) => t.rule)).toEqual(["Aborted"]);
    expect(e.atOnce).toContain("take back HTTPRoute shop: blue 100%, green 0%");
    expect(e.after).toMatchObject({ phase: "Reverting" });
    expect(renderExplanation(e, NOW, paintWith(false)).join("\n")).toContain(
      "Aborted: aborted by bob: night",
    );
  });

  it("names the gate at which a release waits", () => {
    const waiting = aRelease("shop-2", undefined, { pause: { state: true, ...bob } });
    const e = explainRelease(observation(canaryPlan({}, { liveSlot: "blue" }), [waiting]), "shop-2");
    expect(e.spoke).toMatchObject([{ rule: "Paused", said: "paused by bob: night" }]);
    expect(e.silent).toContain("Aborted");
    expect(e.silent).not.toContain("ChecksResolved");
  });

  it("of a release that has ended says that nothing is waited for", () => {
    const over = ended(running, "Completed", "green is live");
    const e = explainRelease(observation(canaryPlan({}, { liveSlot: "green" }), [over]), "shop-1");
    expect(e).toMatchObject({ spoke: [], silent: [], before: { phase: "Completed" } });
    expect(e.after).toEqual(e.before);
  });
});
