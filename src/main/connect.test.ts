import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WorldBench } from "../../test/support/world-bench.ts";
import { seconds } from "../base/duration.ts";
import { instant, plus } from "../base/instant.ts";
import { type AddOptions, WorkQueue } from "../kube/work-queue.ts";
import type { PlanKey } from "../ports/world.ts";
import { feedGate, outcomeOf, plansOfOperation, wakePlans } from "./connect.ts";
import { isMine } from "./ownership.ts";

describe("what happens becomes a look at a plan", () => {
  let bench: WorldBench;
  beforeEach(async () => {
    bench = await WorldBench.start();
  });
  afterEach(() => bench.stop());

  it("when an operation of a release settles, by the release's uid", async () => {
    const one = await bench.put("releases", "one", { spec: { planRef: { name: "shop" } } });
    await bench.put("releases", "two", { spec: { planRef: { name: "cart" } } });
    await bench.watch();
    expect(plansOfOperation(bench.world, `${one.metadata.uid}/slot/1`)).toEqual(["ns/shop"]);
    expect(plansOfOperation(bench.world, "unknown/slot/1")).toEqual([]);
    await bench.remove("releases", "one");
    expect(plansOfOperation(bench.world, `${one.metadata.uid}/slot/1`)).toEqual([]);
  });

  it("when an operation of a plan itself settles, by the plan's uid", async () => {
    const plan = await bench.put("plans", "cart");
    await bench.watch();
    expect(plansOfOperation(bench.world, `${plan.metadata.uid}/remove-blue/1`)).toEqual(["ns/cart"]);
  });

  it("at once for news, verdicts, operations and stored journals, and after a back-off for the rest", async () => {
    const added: [string, AddOptions | undefined][] = [];
    let settled: (key: string) => void = () => {};
    let stored: (plan: PlanKey) => void = () => {};
    let judged: (change: { namespace: string; plan?: string }) => void = () => {};
    const release = await bench.put("releases", "one", { spec: { planRef: { name: "shop" } } });
    const end = wakePlans(
      bench.world,
      { add: (key, options) => void added.push([key, options]) },
      {
        stacks: {
          onSettled: (listener) => {
            settled = listener;
          },
        },
        gate: {
          onChange: ((listener: typeof judged) => {
            judged = listener;
          }) as never,
        },
        segments: {
          onSettled: (listener) => {
            stored = listener;
          },
        },
      },
      isMine,
    );
    await bench.watch();
    expect(added).toEqual([["ns/shop", { urgency: "initial", resetBackoff: false }]]);
    added.length = 0;
    await bench.put("releases", "one", { spec: { planRef: { name: "shop" } }, status: { phase: "Pending" } });
    settled(`${release.metadata.uid}/slot/1`);
    judged({ namespace: "ns", plan: "shop" });
    judged({ namespace: "ns" });
    stored("ns/cart");
    expect(added).toEqual([
      ["ns/shop", { urgency: "live", resetBackoff: false }],
      ["ns/shop", { resetBackoff: true }],
      ["ns/shop", { urgency: "urgent", resetBackoff: true }],
      ["ns/cart", { resetBackoff: true }],
    ]);
    added.length = 0;
    end();
    await bench.put("releases", "two", { spec: { planRef: { name: "shop" } } });
    expect(added).toEqual([]);
  });

  it("only of a plan that is one's own: that one function decides what a controller begins", async () => {
    const [added, observed]: [string[], string[]] = [[], []];
    const listeners: ((plan: PlanKey) => void)[] = [];
    const none = { onSettled: () => {}, onChange: () => () => {} };
    const mine = (key: PlanKey): boolean => key.endsWith("shop");
    const news = {
      stacks: none,
      gate: none,
      segments: { onSettled: (listener: (plan: PlanKey) => void) => void listeners.push(listener) },
    };
    wakePlans(bench.world, { add: (key) => void added.push(key) }, news, mine);
    feedGate(bench.world, { observe: (o) => void observed.push(o.metadata.name), forget: () => {} }, mine);
    for (const plan of ["shop", "cart"]) {
      await bench.put("plans", plan);
      await bench.put("verifications", `of-${plan}`, { spec: { target: { plan } } });
    }
    for (const alone of ["alone-shop", "alone"]) await bench.put("verifications", alone);
    await bench.watch();
    for (const listener of listeners) for (const plan of ["ns/shop", "ns/cart"]) listener(plan as PlanKey);
    expect(new Set(added)).toEqual(new Set(["ns/shop"]));
    expect(observed.sort()).toEqual(["alone-shop", "of-shop"]);
  });

  it("and the gate gets Verifications, those that are there first, until it is told no more", async () => {
    const told: string[] = [];
    const v = await bench.put("verifications", "v");
    await bench.watch();
    const end = feedGate(
      bench.world,
      {
        observe: (o) => void told.push(`observe ${o.metadata.name}`),
        forget: (uid) => void told.push(`forget ${uid}`),
      },
      isMine,
    );
    await bench.put("verifications", "w");
    await bench.remove("verifications", "v");
    end();
    await bench.put("verifications", "x");
    expect(told).toEqual(["observe v", "observe w", `forget ${v.metadata.uid}`]);
  });
});

describe("after a pass", () => {
  const NOW = instant(1_000_000);

  it("the queue waits, tries again, or leaves the plan alone", () => {
    expect(outcomeOf({ kind: "done" }, () => NOW)).toEqual({ kind: "done" });
    expect(outcomeOf({ kind: "done", wakeAt: plus(NOW, seconds(5)) }, () => NOW)).toEqual({
      kind: "done",
      wakeAfter: 5_000,
    });
    expect(outcomeOf({ kind: "retry" }, () => NOW)).toEqual({ kind: "retry" });
    expect(outcomeOf({ kind: "terminal" }, () => NOW)).toEqual({ kind: "terminal" });
  });

  it("nothing of a plan that is gone stays in the queue, but a change meanwhile is not lost", async () => {
    const bench = await WorldBench.start();
    const queue = new WorkQueue<PlanKey>({ clock: bench.clock });
    const passes: string[] = [];
    queue.wakeAfter("ns/shop", seconds(60));
    queue.add("ns/shop");
    queue.start(async (key) => {
      passes.push(key);
      if (passes.length === 1) queue.add(key);
      return outcomeOf({ kind: "gone" }, () => NOW);
    });
    await bench.clock.pass(seconds(1));
    expect(passes.length).toBe(2);
    expect(queue.stats.state).toBe(0);
    await bench.stop();
  });
});
