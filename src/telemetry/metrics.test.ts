import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { milliseconds, seconds } from "../base/duration.ts";
import type { Decision } from "../core/plan/decision.ts";
import { Telemetry } from "./metrics.ts";

const decision = (parts: Partial<Decision> = {}): Decision => ({
  plan: { observedGeneration: 1 },
  releases: {},
  first: [],
  intents: [],
  facts: [],
  trace: [],
  ...parts,
});
const own = async (telemetry: Telemetry): Promise<string> =>
  (await telemetry.registry.metrics())
    .split("\n")
    .filter((line) => line.startsWith("bascule_"))
    .join("\n");

describe("the metrics", () => {
  it("all begin with the product's name, apart from those of the process, and say what they are", async () => {
    const names = (await new Telemetry().registry.getMetricsAsJSON()).map((m) => m.name);
    expect(names.filter((n) => !/^(bascule|process|nodejs)_/.test(n))).toEqual([]);
    for (const { name, help } of await new Telemetry().registry.getMetricsAsJSON())
      expect(help, name).not.toBe("");
  });

  it("say whether the process leads", async () => {
    const telemetry = new Telemetry();
    expect(await own(telemetry)).toContain("bascule_leader 0");
    telemetry.leads(true);
    expect(await own(telemetry)).toContain("bascule_leader 1");
    telemetry.leads(false);
    expect(await own(telemetry)).toContain("bascule_leader 0");
  });

  it("are each process's own: a second set disturbs no first", async () => {
    const [one, two] = [new Telemetry(), new Telemetry()];
    one.failed("shift", "conflict");
    expect(await own(one)).toContain('bascule_intent_failures_total{intent="shift",kind="conflict"} 1');
    expect(await own(two)).not.toContain("bascule_intent_failures_total{");
  });

  it("count decisions by whether they act, and happenings by reason, never by object", async () => {
    const telemetry = new Telemetry();
    const about = { kind: "Release", name: "shop-secret-name" } as const;
    telemetry.decided(decision());
    telemetry.decided(
      decision({
        intents: [{ kind: "cancelStack", key: "u/slot/1" }],
        facts: [{ about, type: "Warning", reason: "Reverted", message: "why" }],
      }),
    );
    const text = await own(telemetry);
    expect(text).toContain('bascule_decisions_total{acts="false"} 1');
    expect(text).toContain('bascule_decisions_total{acts="true"} 1');
    expect(text).toContain('bascule_release_events_total{kind="Release",type="Warning",reason="Reverted"} 1');
    expect(text).not.toContain("shop-secret-name");
  });

  it("count what releases went through: outcomes, time in a phase, verdicts, intents, Pulumi operations", async () => {
    const telemetry = new Telemetry();
    const entry = { at: "", reason: "GateFailed", hash: "" };
    telemetry.releases.progressed([
      { release: "one", entry: { ...entry, from: "Pending", to: "Preparing/deploy" } },
      {
        release: "one",
        entry: { ...entry, from: "Reverting/weight-20", to: "Reverted/weight-20" },
        left: { phase: "Reverting", after: seconds(2) },
      },
    ]);
    telemetry.releases.judged("prometheus", "failed");
    telemetry.releases.operationDone({ operation: "apply", outcome: "conflict", took: seconds(1.5) });
    telemetry.executed([{ kind: "cancelStack", key: "u/slot/1" }]);
    const text = await own(telemetry);
    expect(text).toContain('bascule_releases_finished_total{outcome="Reverted"} 1');
    expect(text).not.toContain('outcome="Preparing');
    expect(text).toContain('bascule_release_phase_seconds_sum{phase="Reverting"} 2');
    expect(text).toContain('bascule_check_results_total{check="prometheus",verdict="failed"} 1');
    expect(text).toContain('bascule_stack_operation_seconds_sum{operation="apply",outcome="conflict"} 1.5');
    expect(text).toContain('bascule_intents_total{intent="cancelStack"} 1');
  });

  it("are all described in the documents", async () => {
    const telemetry = new Telemetry();
    telemetry.pull({
      watchSilence: () => ({}),
      queue: () => ({ ready: 0, running: 0, oldestSeconds: 0 }),
      releases: () => ({}),
      candidates: () => [],
    });
    const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
    const named = [...page.matchAll(/^\| `(bascule_[a-z_]+)` \|/gm)].map((m) => m[1]).sort();
    const names = (await telemetry.registry.getMetricsAsJSON()).map((m) => m.name);
    expect(named).toEqual(names.filter((n) => n.startsWith("bascule_")).sort());
  });

  it("take their times in seconds", async () => {
    const { kube, releases, registry } = new Telemetry();
    kube.requestDone({ method: "GET", outcome: "200", took: milliseconds(1_500) });
    kube.queueRun({ urgency: "urgent", outcome: "done", waited: milliseconds(20), took: milliseconds(250) });
    releases.looked(milliseconds(30));
    const text = await registry.metrics();
    expect(text).toContain('bascule_kube_request_seconds_sum{method="GET",outcome="200"} 1.5');
    expect(text).toContain('bascule_queue_wait_seconds_sum{urgency="urgent"} 0.02');
    expect(text).toContain("bascule_look_wait_seconds_sum 0.03");
    expect(text).toContain('bascule_pass_seconds_sum{outcome="done"} 0.25');
  });

  it("show a Lease while it is held, and forget it then", async () => {
    const telemetry = new Telemetry();
    telemetry.kube.leaseHeld("ns.shop.blue", true);
    expect(await own(telemetry)).toContain('bascule_lease_held{lease="ns.shop.blue"} 1');
    telemetry.kube.leaseHeld("ns.shop.blue", false);
    expect(await own(telemetry)).not.toContain("ns.shop.blue");
  });

  it("read figures at each scrape, and a phase that is gone with them", async () => {
    const telemetry = new Telemetry();
    let releases: Record<string, number> = { Preparing: 2 };
    let candidates = [{ namespace: "team", plan: "shop", share: 0.2 }];
    telemetry.pull({
      watchSilence: () => ({ pods: 1.5 }),
      queue: () => ({ ready: 3, running: 1, oldestSeconds: 0.5 }),
      releases: () => releases,
      candidates: () => candidates,
    });
    const first = await own(telemetry);
    expect(first).toContain('bascule_watch_silence_seconds{resource="pods"} 1.5');
    expect(first).toContain('bascule_queue_keys{state="ready"} 3');
    expect(first).toContain("bascule_queue_oldest_seconds 0.5");
    expect(first).toContain('bascule_releases{phase="Preparing"} 2');
    expect(first).toContain('bascule_candidate_weight_ratio{namespace="team",plan="shop"} 0.2');
    releases = { Completed: 2 };
    candidates = [];
    const second = await own(telemetry);
    expect(second).toContain('bascule_releases{phase="Completed"} 2');
    expect(second).not.toContain("Preparing");
    expect(second).not.toContain("bascule_candidate_weight_ratio{");
  });
});
