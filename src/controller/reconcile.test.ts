import { beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryLog } from "../../test/support/reflector-bench.ts";
import { API_VERSION, type KubeObject } from "../api/object.ts";
import { hours, seconds } from "../base/duration.ts";
import { instant, plus, renderInstant } from "../base/instant.ts";
import { err, ok, type Result } from "../base/result.ts";
import { decide } from "../core/plan/decide.ts";
import type { Decision } from "../core/plan/decision.ts";
import { freeze } from "../core/plan/freeze.ts";
import { PLAN_FINALIZER } from "../core/plan/guard-plan.ts";
import { RELEASE_FINALIZER } from "../core/plan/objects.ts";
import type { Observed } from "../core/plan/observed.ts";
import type { Progress } from "../core/plan/progress.ts";
import type { ReadVersion, WriteFailure } from "../ports/writes.ts";
import type { ReconcilePorts } from "./pass.ts";
import { readPlan, readRelease } from "./read-objects.ts";
import { reconcile } from "./reconcile.ts";

vi.mock("../core/plan/decide.ts", () => ({ decide: vi.fn() }));

const KEY = "ns/shop";
const NOW = instant(Date.UTC(2030, 0, 1));
const SOON = { kind: "done", wakeAt: plus(NOW, seconds(2)) };
const SPEC = { stack: { program: { name: "web-service" } }, strategy: { direct: {} } };
const meta = (name: string, more: object = {}) => ({
  name,
  namespace: "ns",
  uid: `uid-${name}`,
  resourceVersion: "7",
  generation: 2,
  ...more,
});
const planObject = (spec: object = SPEC, status: object = {}): KubeObject =>
  ({ apiVersion: API_VERSION, kind: "ReleasePlan", metadata: meta("shop"), spec, status }) as KubeObject;
const releaseObject = (
  name: string,
  parts: { spec?: object; status?: object; metadata?: object } = {},
): KubeObject =>
  ({
    apiVersion: API_VERSION,
    kind: "Release",
    spec: { planRef: { name: "shop" }, package: { version: "1.0.0", image: "registry.example.com/shop:1" } },
    status: {},
    ...parts,
    metadata: meta(name, parts.metadata),
  }) as KubeObject;

/** Every call in order, and what each is answered with. */
class Bench {
  readonly calls: string[] = [];
  readonly statuses: { of: string; read: ReadVersion; status: Record<string, unknown> }[] = [];
  readonly facts: string[] = [];
  readonly failures: Record<string, WriteFailure["kind"]> = {};
  readonly log = new MemoryLog();
  readonly failed: string[] = [];
  readonly progress: string[] = [];
  readonly executed: string[] = [];
  plan: KubeObject | undefined = planObject();
  releases: readonly KubeObject[] = [];
  now = NOW;
  terminating = false;

  async #answer(call: string): Promise<Result<void, WriteFailure>> {
    this.calls.push(call);
    await Promise.resolve();
    const kind = this.failures[call.split(" ")[0] ?? ""];
    return kind === undefined ? ok(undefined) : err({ kind, message: `${call} failed` });
  }

  get ports(): ReconcilePorts {
    const answer = (call: string) => this.#answer(call);
    const store = (of: string, read: ReadVersion, status: unknown) => {
      this.statuses.push({ of, read, status: status as Record<string, unknown> });
      return answer(`${of} ${read.name}`);
    };
    const partial = {
      world: {
        plan: () => this.plan,
        releases: () => this.releases,
        verifications: () => [],
        template: () => undefined,
        clusterTemplate: () => undefined,
        slot: () => ({ workloads: [], serviceExists: false, readyEndpoints: 0 }),
        service: () => ({ exists: false, readyEndpoints: 0, ports: [] }),
        markedEntries: () => [],
        intruders: () => [],
        namespaceTerminating: () => this.terminating,
      },
      stacks: {
        ensure: (request: { key: string }) => void this.calls.push(`ensure ${request.key}`),
        cancel: (key: string) => void this.calls.push(`cancel ${key}`),
        outcome: () => undefined,
        program: async () => ({ ok: true, name: "web-service", digest: "d", ports: [] }),
      },
      router: {
        kind: "HTTPRoute",
        adopt: () => ({ ok: false, reason: "None", message: "none" }),
        observe: () => ({ exists: false }),
        shift: (w: { resourceVersion: string }) => answer(`shift ${w.resourceVersion}`),
        revert: () => answer("revert"),
      },
      entries: {
        observe: () => ({ exists: false }),
        select: (w: { service: string; slot: string; run?: string }) =>
          answer(`select ${w.service} ${w.slot} ${w.run}`),
      },
      writes: {
        planStatus: (read: ReadVersion, status: unknown) => store("planStatus", read, status),
        releaseStatus: (read: ReadVersion, status: unknown) => store("releaseStatus", read, status),
        scale: (_key: string, slot: string) => answer(`scale ${slot}`),
        createVerification: (_key: string, v: { name: string }) => answer(`verify ${v.name}`),
        endVerification: (_ns: string, name: string) => answer(`endVerification ${name}`),
        endChecks: (_ns: string, name: string) => answer(`endChecks ${name}`),
        createRelease: (_key: string, r: { name: string }) => answer(`createRelease ${r.name}`),
        deleteRelease: (_ns: string, name: string) => answer(`deleteRelease ${name}`),
        setFinalizer: (o: { kind: string; name: string }, finalizer: string, present: boolean) =>
          answer(`${present ? "guard" : "unguard"} ${o.kind} ${o.name} ${finalizer}`),
        publish: (_ns: string, fact: { reason: string; about: { name: string } }) => {
          this.calls.push(`publish ${fact.reason}`);
          this.facts.push(`${fact.about.name} ${fact.reason}`);
        },
      },
      results: () => undefined,
      now: () => this.now,
      log: this.log,
      observer: {
        decided: () => void this.calls.push("decided"),
        progressed: (_key: string, progress: readonly Progress[]) =>
          void this.progress.push(...progress.map((p) => `${p.release} ${p.entry.from} → ${p.entry.to}`)),
        executed: (_key: string, intents: readonly { kind: string }[]) =>
          void this.executed.push(...intents.map((i) => i.kind)),
        failed: (_key: string, what: string, kind: string) => void this.failed.push(`${what} ${kind}`),
      },
    };
    return partial as unknown as ReconcilePorts;
  }

  run() {
    return reconcile(this.ports, KEY);
  }
}

const write = {
  namespace: "ns",
  target: { kind: "HTTPRoute", name: "shop" },
  split: {},
  backends: {},
  run: "u/1",
};
const decision = (parts: Partial<Decision> = {}): Decision => ({
  plan: { observedGeneration: 2, liveSlot: "blue" },
  releases: { one: { observedGeneration: 2, phase: "Reverting" } },
  first: [{ kind: "revert", key: "u/revert/shop", write: write as never }],
  intents: [
    { kind: "cancelStack", key: "u/slot/1" },
    { kind: "scale", key: "u/scale", slot: "green", workloads: [] },
  ],
  facts: [{ about: { kind: "Release", name: "one" }, type: "Warning", reason: "GateFailed", message: "m" }],
  trace: [],
  ...parts,
});
const decides = (parts: Partial<Decision> = {}): void =>
  void vi.mocked(decide).mockReturnValue(decision(parts));
const observed = (): Observed | undefined => vi.mocked(decide).mock.lastCall?.[0];

describe("a pass", () => {
  let bench: Bench;
  beforeEach(() => {
    vi.mocked(decide).mockReset();
    bench = new Bench();
    bench.releases = [releaseObject("one")];
  });

  it("takes traffic back first, then stores releases and plan, then acts, then tells", async () => {
    decides();
    expect(await bench.run()).toEqual(SOON);
    expect(bench.calls).toEqual([
      "decided",
      "revert",
      "releaseStatus one",
      "planStatus shop",
      "cancel u/slot/1",
      "scale green",
      "publish GateFailed",
    ]);
    expect(bench.statuses[0]?.read).toEqual({
      namespace: "ns",
      name: "one",
      uid: "uid-one",
      resourceVersion: "7",
    });
  });

  it("writes no status that has not changed", async () => {
    decides({ first: [], intents: [], facts: [] });
    bench.plan = planObject(SPEC, { observedGeneration: 2, liveSlot: "blue" });
    bench.releases = [releaseObject("one", { status: { observedGeneration: 2, phase: "Reverting" } })];
    await bench.run();
    expect(bench.statuses).toEqual([]);
  });

  it("tells what a release went through once it is stored, and what was carried out", async () => {
    const entry = { at: renderInstant(NOW), reason: "Applied", hash: "h", from: "Preparing/deploy" };
    const entries = [{ ...entry, to: "Shifting/weight-20" }];
    decides({ releases: { one: { observedGeneration: 2, journal: { head: "h", count: 1, entries } } } });
    await bench.run();
    expect(bench.progress).toEqual(["one Preparing/deploy → Shifting/weight-20"]);
    expect(bench.executed).toEqual(["revert", "cancelStack", "scale"]);
    const line = bench.log.lines.find((l) => l.message === "a release went on");
    expect(line?.fields).toMatchObject({
      ...{ plan: KEY, release: "one", phase: "Shifting", step: "weight-20", reason: "Applied" },
    });
  });

  it("acts on nothing that it could not write down, says nothing, and comes again", async () => {
    decides();
    bench.failures.releaseStatus = "conflict";
    expect(await bench.run()).toEqual({ kind: "retry" });
    expect(bench.calls).toEqual(["decided", "revert", "releaseStatus one"]);
    expect(bench.failed).toEqual(["status conflict"]);
    expect(bench.log.lines.filter(({ level }) => level !== "debug")).toEqual([]);
  });

  it("acts on nothing when only the plan could not be written, and logs what is no conflict", async () => {
    decides();
    bench.failures.planStatus = "forbidden";
    expect(await bench.run()).toEqual({ kind: "retry" });
    expect(bench.calls).not.toContain("scale green");
    expect(bench.log.lines.at(-1)?.fields).toMatchObject({ kind: "forbidden" });
  });

  it("stores and goes on although a revert failed, and comes again for it", async () => {
    decides();
    bench.failures.revert = "unreachable";
    expect(await bench.run()).toEqual({ kind: "retry" });
    expect(bench.calls).toContain("planStatus shop");
    expect(bench.calls).toContain("scale green");
    expect(bench.failed).toEqual(["revert unreachable"]);
    const warning = bench.log.lines.find(({ level }) => level === "warn");
    expect(warning?.fields).toMatchObject({ plan: KEY, intent: "revert", kind: "unreachable" });
  });

  it("carries the other intents out when one fails, and comes again", async () => {
    decides({ intents: ["a", "b"].map((name) => ({ kind: "endVerification", key: name, name })), first: [] });
    bench.failures.endVerification = "forbidden";
    expect(await bench.run()).toEqual({ kind: "retry" });
    expect(bench.calls).toContain("endVerification a");
    expect(bench.calls).toContain("endVerification b");
    expect(bench.failed.length).toBe(2);
  });

  it("writes fifty statuses at most, that of the release in progress first, and comes again for the rest", async () => {
    const names = Array.from({ length: 70 }, (_, i) => `waits-${i}`);
    const statusOf = (name: string) => [name, { observedGeneration: 2, phase: "Pending" }] as const;
    const releases = Object.fromEntries([...names, "one"].map(statusOf)) as Decision["releases"];
    const fact = (name: string) =>
      ({ about: { kind: "Release", name }, type: "Normal", reason: "Told", message: "m" }) as const;
    const facts = ["one", "waits-0", "waits-69"].map(fact);
    decides({ plan: { observedGeneration: 2, activeRelease: "one" }, releases, facts });
    bench.releases = [...names, "one"].map((name) => releaseObject(name));
    expect(await bench.run()).toEqual({ kind: "done", wakeAt: NOW });
    expect(bench.calls.slice(0, 3)).toEqual(["decided", "revert", "releaseStatus one"]);
    expect(bench.statuses).toHaveLength(50);
    expect(bench.calls).not.toContain("planStatus shop");
    expect(bench.executed).toEqual(["revert"]);
    expect(bench.facts).toEqual(["one Told", "waits-0 Told"]);
    bench.releases = bench.releases.map((release) => {
      const status = bench.statuses.find(({ read }) => read.name === release.metadata.name)?.status;
      return status === undefined ? release : ({ ...release, status } as KubeObject);
    });
    bench.statuses.length = 0;
    expect(await bench.run()).toEqual(SOON);
    expect(bench.statuses).toHaveLength(22);
    expect(bench.calls).toContain("scale green");
  });

  const NOTHING_NEW = { first: [], intents: [], releases: {}, facts: [] } satisfies Partial<Decision>;

  it("says when it wants to be woken", async () => {
    bench.plan = planObject(SPEC, decision({}).plan);
    decides({ ...NOTHING_NEW, wakeAt: plus(NOW, hours(2)) });
    expect(await bench.run()).toEqual({ kind: "done", wakeAt: plus(NOW, hours(2)) });
  });

  it("that wrote something is followed by another soon, though no watch should tell of it", async () => {
    decides({ wakeAt: plus(NOW, hours(2)) });
    expect(await bench.run()).toEqual(SOON);
    bench.plan = planObject(SPEC, decision({}).plan);
    decides({ ...NOTHING_NEW, first: [{ kind: "revert", key: "k", write: write as never }] });
    expect(await bench.run()).toEqual(SOON);
    decides({ wakeAt: instant(NOW + 500) });
    expect(await bench.run()).toEqual({ kind: "done", wakeAt: instant(NOW + 500) });
    decides(NOTHING_NEW);
    expect(await bench.run()).toEqual({ kind: "done" });
  });

  it("carries out every kind of intent on its port", async () => {
    decides({
      first: [],
      facts: [],
      releases: {},
      intents: [
        { kind: "stack", key: "u/slot/1", request: { key: "u/slot/1" } as never },
        { kind: "shift", key: "k", write: write as never, resourceVersion: "9" },
        { kind: "select", key: "k", service: "shop", slot: "green", run: "u/1" },
        { kind: "verify", key: "k", name: "v1", release: "one", spec: {} as never },
        { kind: "createRelease", key: "k", name: "two", package: {} as never },
        { kind: "deleteRelease", key: "k", name: "old" },
        { kind: "addFinalizer", key: "k", object: "release", name: "one" },
        { kind: "removeFinalizer", key: "k", object: "plan", name: "shop" },
      ],
    });
    expect(await bench.run()).toEqual(SOON);
    expect(bench.calls.slice(2)).toEqual([
      "ensure u/slot/1",
      "shift 9",
      "select shop green u/1",
      "verify v1",
      "createRelease two",
      "deleteRelease old",
      "guard release one bascule.dev/release",
      "unguard plan shop bascule.dev/plan",
    ]);
  });

  it("fails as a whole when a port breaks its word and throws, so that the queue tries again", async () => {
    decides();
    const { ports } = bench;
    const broken = {
      ...ports,
      writes: { ...ports.writes, releaseStatus: () => Promise.reject(new Error("bug")) },
    };
    await expect(reconcile(broken as never, KEY)).rejects.toThrow("bug");
    expect(bench.calls).toContain("revert");
  });
});

describe("a plan that can't be read", () => {
  let bench: Bench;
  const BAD = { ...SPEC, capacity: { replicas: "three" } };
  const FROZEN_ACTIVE = { activeRelease: "one", liveSlot: "blue" };
  beforeEach(() => {
    vi.mocked(decide).mockReset();
    bench = new Bench();
    bench.plan = planObject(BAD, { liveSlot: "blue" });
  });

  it("says so in its conditions with field and remedy, keeps its truth, and is left alone until it changes", async () => {
    expect(await bench.run()).toEqual({ kind: "terminal" });
    expect(decide).not.toHaveBeenCalled();
    const { status } = bench.statuses[0] ?? {};
    expect(status).toMatchObject({ liveSlot: "blue", observedGeneration: 2 });
    expect(status?.conditions).toMatchObject([
      { type: "Ready", status: "False", reason: "PlanInvalid" },
      {
        type: "Stalled",
        status: "True",
        message: expect.stringMatching(/^spec\.capacity\.replicas: .*correct the field/),
      },
    ]);
    expect(bench.facts).toEqual(["shop PlanInvalid"]);
  });

  it("is told once, not at each pass", async () => {
    await bench.run();
    bench.plan = planObject(BAD, bench.statuses[0]?.status);
    bench.now = plus(NOW, hours(1));
    await bench.run();
    expect(bench.statuses.length).toBe(1);
    expect(bench.facts.length).toBe(1);
  });

  it("is no reason to fail when the status is refused as well", async () => {
    bench.failures.planStatus = "invalid";
    expect(await bench.run()).toEqual({ kind: "terminal" });
    expect(bench.log.lines.at(-1)?.fields).toMatchObject({ kind: "invalid" });
  });

  it("is waited for by its releases, which say so and do not wait for ever", async () => {
    bench.releases = [releaseObject("one")];
    expect(await bench.run()).toEqual({ kind: "done", wakeAt: plus(NOW, hours(1)) });
    expect(bench.statuses[1]).toMatchObject({
      read: { name: "one" },
      status: { phase: "Pending", hold: { reason: "PlanInvalid" } },
    });
    bench.releases = [releaseObject("one", { status: bench.statuses[1]?.status ?? {} })];
    bench.now = plus(NOW, hours(1));
    await bench.run();
    expect(bench.statuses.at(-1)).toMatchObject({ read: { name: "one" }, status: { phase: "Failed" } });
  });

  it("while a release runs by its frozen form is decided about, so that the way back stays open", async () => {
    const good = readPlan(planObject());
    const release = readRelease(releaseObject("one"));
    if (!good.ok || !release.ok) throw new Error("the samples can't be read");
    const frozen = freeze({
      plan: good.value.value,
      release: release.value.value,
      live: "blue",
      program: { ok: true, name: "web-service", digest: "d", ports: [{ name: "http", port: 80 }] },
      checks: [],
      adoption: [],
    });
    bench.plan = planObject({ ...BAD, strategy: "all at once" }, FROZEN_ACTIVE);
    bench.releases = [releaseObject("one", { status: { phase: "Shifting", frozen } })];
    decides();
    const outcome = await bench.run();
    expect(bench.log.lines.filter((line) => line.level !== "debug")).toEqual([]);
    expect(outcome).toEqual(SOON);
    expect(bench.calls).toContain("revert");
    expect(observed()?.planProblem).toMatch(/^spec\./);
    expect(observed()?.releases[0]?.status?.frozen).toEqual(frozen);
    // Its own spec is no more needed than the plan's.
    bench.releases = [
      releaseObject("one", { spec: { planRef: { name: "shop" } }, status: { phase: "Shifting", frozen } }),
    ];
    expect(await bench.run()).toEqual(SOON);
    expect(observed()?.releases[0]?.spec.package).toEqual(frozen.package);
  });

  it("with a release that has no frozen form decides nothing", async () => {
    bench.plan = planObject(BAD, FROZEN_ACTIVE);
    bench.releases = [releaseObject("one")];
    expect(await bench.run()).toEqual({ kind: "terminal" });
    expect(decide).not.toHaveBeenCalled();
  });

  it("because of its status is not guessed at", async () => {
    bench.plan = planObject(SPEC, { liveSlot: "purple" });
    expect(await bench.run()).toEqual({ kind: "terminal" });
    expect(bench.log.lines[0]?.fields).toMatchObject({ problem: expect.stringContaining("status.liveSlot") });
  });
});

describe("a release that can't be read", () => {
  let bench: Bench;
  const BAD = { spec: { planRef: { name: "shop" }, package: { version: 7 } } };
  beforeEach(() => {
    vi.mocked(decide).mockReset();
    decides({ first: [], intents: [], facts: [], releases: {} });
    bench = new Bench();
  });

  it("is left out, told in its own status, and keeps no other from running", async () => {
    bench.releases = [releaseObject("bad", BAD), releaseObject("good")];
    expect(await bench.run()).toEqual(SOON);
    expect(observed()?.releases.map((r) => r.metadata.name)).toEqual(["good"]);
    expect(bench.statuses.at(-1)).toMatchObject({
      of: "releaseStatus",
      read: { name: "bad" },
      status: { conditions: [{ type: "Ready" }, { type: "Stalled", reason: "ReleaseInvalid" }] },
    });
  });

  it("keeps nobody's traffic from going back while it is told", async () => {
    decides();
    bench.releases = [releaseObject("bad", BAD), releaseObject("one")];
    await bench.run();
    expect(bench.calls.indexOf("revert")).toBeLessThan(bench.calls.indexOf("releaseStatus bad"));
    expect(bench.calls.indexOf("scale green")).toBeLessThan(bench.calls.indexOf("releaseStatus bad"));
  });

  it("while it is the active one is never taken for gone", async () => {
    bench.plan = planObject(SPEC, { activeRelease: "bad" });
    bench.releases = [releaseObject("bad", BAD)];
    expect(await bench.run()).toEqual({ kind: "terminal" });
    expect(decide).not.toHaveBeenCalled();
  });
});

describe("a plan that is not there", () => {
  let bench: Bench;
  beforeEach(() => {
    vi.mocked(decide).mockReset();
    bench = new Bench();
    bench.plan = undefined;
  });

  it("lets its deleted releases go, and no other", async () => {
    const deletionTimestamp = renderInstant(NOW);
    const finalizers = [RELEASE_FINALIZER];
    bench.releases = [
      releaseObject("gone", { metadata: { finalizers, deletionTimestamp } }),
      releaseObject("kept", { metadata: { finalizers }, status: { phase: "Completed" } }),
      releaseObject("free", { metadata: { deletionTimestamp, finalizers: ["other/one"] } }),
    ];
    expect(await bench.run()).toEqual({ kind: "gone" });
    expect(bench.calls).toEqual([`unguard release gone ${RELEASE_FINALIZER}`]);
  });

  it("comes again when a finalizer could not be taken away", async () => {
    bench.failures.unguard = "conflict";
    const metadata = { finalizers: [RELEASE_FINALIZER], deletionTimestamp: renderInstant(NOW) };
    bench.releases = [releaseObject("gone", { metadata })];
    expect(await bench.run()).toEqual({ kind: "retry" });
  });

  it("is waited for: the release says what it misses, for an hour, and then fails", async () => {
    bench.releases = [releaseObject("one")];
    expect(await bench.run()).toEqual({ kind: "done", wakeAt: plus(NOW, hours(1)) });
    const waits = bench.statuses[0]?.status;
    expect(waits).toMatchObject({
      phase: "Pending",
      hold: { reason: "MissingReference", since: renderInstant(NOW) },
      message: expect.stringContaining(
        'spec.planRef.name: there is no ReleasePlan "shop" in namespace "ns"; create it',
      ),
    });
    bench.releases = [releaseObject("one", { status: waits ?? {} })];
    expect(await bench.run()).toEqual({ kind: "done", wakeAt: plus(NOW, hours(1)) });
    expect(bench.statuses.length).toBe(1);
    bench.now = plus(NOW, hours(1));
    expect(await bench.run()).toEqual({ kind: "gone" });
    expect(bench.statuses[1]?.status).toMatchObject({
      phase: "Failed",
      finishedAt: renderInstant(bench.now),
    });
    const conditions = bench.statuses[1]?.status.conditions as { type: string; status: string }[];
    expect(conditions.find((c) => c.type === "Finished")).toMatchObject({ status: "True" });
  });

  it("in a namespace that ends is let go also where its plan can't be read", async () => {
    bench.terminating = true;
    const held = meta("shop", { finalizers: [PLAN_FINALIZER] });
    bench.plan = { ...planObject({ stack: 7 }, { activeRelease: "one" }), metadata: held };
    bench.releases = [releaseObject("one")];
    expect(await bench.run()).toEqual({ kind: "gone" });
    expect(bench.calls).toEqual([`unguard plan shop ${PLAN_FINALIZER}`]);
    expect(bench.statuses).toEqual([]);
  });

  it("in a namespace that ends gets no writes but finalizers", async () => {
    bench.terminating = true;
    bench.releases = [releaseObject("one")];
    expect(await bench.run()).toEqual({ kind: "gone" });
    expect(bench.calls).toEqual([]);
  });
});
