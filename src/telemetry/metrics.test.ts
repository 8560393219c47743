import { describe, expect, it } from "vitest";
import { milliseconds } from "../base/duration.ts";
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

  it("take their times in seconds", async () => {
    const { kube, registry } = new Telemetry();
    kube.requestDone({ method: "GET", outcome: "200", took: milliseconds(1_500) });
    kube.queueRun({ outcome: "done", waited: milliseconds(20), took: milliseconds(250) });
    const text = await registry.metrics();
    expect(text).toContain('bascule_kube_request_seconds_sum{method="GET",outcome="200"} 1.5');
    expect(text).toContain("bascule_queue_wait_seconds_sum 0.02");
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
    telemetry.pull({
      watchSilence: () => ({ pods: 1.5 }),
      queue: () => ({ ready: 3, running: 1, oldestSeconds: 0.5 }),
      releases: () => releases,
    });
    const first = await own(telemetry);
    expect(first).toContain('bascule_watch_silence_seconds{resource="pods"} 1.5');
    expect(first).toContain('bascule_queue_keys{state="ready"} 3');
    expect(first).toContain("bascule_queue_oldest_seconds 0.5");
    expect(first).toContain('bascule_releases{phase="Preparing"} 2');
    releases = { Completed: 2 };
    const second = await own(telemetry);
    expect(second).toContain('bascule_releases{phase="Completed"} 2');
    expect(second).not.toContain("Preparing");
  });
});
