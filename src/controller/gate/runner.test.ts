import { describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { type Verification, type VerificationStatus, verificationSpec } from "../../api/verification.ts";
import { minutes, seconds } from "../../base/duration.ts";
import { renderInstant } from "../../base/instant.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { silentLog } from "../../ports/log.ts";
import { type GateChange, GateRunner } from "./runner.ts";

const GOOD: Look = { kind: "functional", good: true, reason: "Answered", message: "status 200" };
const BAD: Look = { kind: "functional", good: false, reason: "WrongStatus", message: "status 500" };

const verification = (uid: string, spec: object = {}, more: object = {}): Verification => ({
  apiVersion: "bascule.dev/v1alpha1",
  kind: "Verification",
  metadata: { name: `v-${uid}`, namespace: "shop", uid, generation: 1, ...more },
  spec: verificationSpec.parse({
    releaseRef: { name: "shop-2" },
    target: { service: "shop-green", plan: "shop", slot: "green" },
    checks: [{ name: "health", http: { successes: 3, failures: 2 } }],
    ...spec,
  }),
});
const edited = (object: Verification, spec: object): Verification => ({
  ...object,
  metadata: { ...object.metadata, generation: (object.metadata.generation ?? 0) + 1 },
  spec: { ...object.spec, ...spec },
});

type Answer = (context: LookContext) => Look | Promise<Look>;

/** A runner with a clock that stands still, and a store that keeps what is written. */
function world(
  answer: Answer,
  more: {
    readonly looksAtOnce?: number;
    readonly aloneAtOnce?: number;
    readonly kind?: Checker["kind"];
  } = {},
) {
  const clock = new ManualClock();
  const looks: LookContext[] = [];
  const finished: string[] = [];
  const changes: GateChange[] = [];
  const stored: { readonly name: string; readonly status: VerificationStatus }[] = [];
  const store: { refuse: string | undefined } = { refuse: undefined };
  const told: string[] = [];
  const late: number[] = [];
  const checker: Checker = {
    kind: more.kind ?? "http",
    look: async (context) => {
      looks.push(context);
      return answer(context);
    },
    finish: async ({ check }) => void finished.push(check.name),
  };
  const start = () => {
    const runner = new GateRunner({
      checkers: [checker],
      clock,
      writeStatus: async ({ metadata }, status) => {
        if (store.refuse) throw Object.assign(new Error("the API server is away"), { kind: store.refuse });
        stored.push({
          name: metadata.name,
          status: JSON.parse(JSON.stringify(status)) as VerificationStatus,
        });
      },
      validator: "bascule test",
      random: () => 0.5,
      log: {
        ...silentLog,
        debug: (fields) => void told.push(`debug ${fields.failures}`),
        warn: (fields) => void told.push(`warn ${fields.failures}`),
      },
      onLook: (by) => void late.push(by),
      ...(more.looksAtOnce === undefined ? {} : { looksAtOnce: more.looksAtOnce }),
      ...(more.aloneAtOnce === undefined ? {} : { aloneAtOnce: more.aloneAtOnce }),
    });
    runner.onChange((change) => void changes.push(change));
    return runner;
  };
  return {
    clock,
    looks,
    finished,
    late,
    changes,
    stored,
    store,
    told,
    runner: start(),
    restart: start,
    last: () => stored.at(-1)?.status,
  };
}

describe("a gate runner", () => {
  it("looks at each interval, has results at once and stores a verdict at once", async () => {
    const { runner, clock, looks, last, changes } = world(() => GOOD);
    runner.observe(verification("a"));
    await clock.pass(seconds(1));
    expect(looks).toHaveLength(2);
    expect(runner.results("a")).toMatchObject([{ name: "health", verdict: "pending", looks: 2 }]);
    await clock.pass(seconds(1));
    expect(runner.results("a")).toMatchObject([{ verdict: "passed", looks: 3 }]);
    expect(last()).toMatchObject({
      phase: "Running",
      results: [{ verdict: "passed" }],
      observedGeneration: 1,
    });
    expect(changes.at(-1)).toEqual({
      uid: "a",
      namespace: "shop",
      verification: "v-a",
      release: "shop-2",
      plan: "shop",
      finished: false,
    });
    await runner.close();
  });

  it("stores figures at most each ten seconds", async () => {
    const { runner, clock, stored } = world(() => GOOD);
    runner.observe(verification("a"));
    await clock.pass(seconds(3));
    const before = stored.length;
    await clock.pass(seconds(40));
    expect(stored.length - before).toBe(4);
    await runner.close();
  });

  it("tells how late each look begins, of a process that had no free moment too", async () => {
    const { runner, clock, late } = world(() => GOOD);
    runner.observe(verification("a"));
    await clock.pass(seconds(0));
    clock.suspend(seconds(3));
    await clock.pass(seconds(0));
    expect(late).toEqual([0, 2_000]);
    await runner.close();
  });

  it("makes no look and stores nothing once it was abandoned, not even what is due", async () => {
    const { runner, clock, stored, looks } = world(() => GOOD);
    runner.observe(verification("a"));
    await clock.pass(seconds(3));
    const [before, made] = [stored.length, looks.length];
    runner.abandon();
    await clock.pass(seconds(40));
    expect([stored.length, looks.length]).toEqual([before, made]);
    expect(runner.results("a")).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it("ends single checks when the release says so, and goes on with the others", async () => {
    const { runner, clock, looks } = world(() => GOOD);
    const http = { successes: 30 };
    const object = verification("a", { checks: ["health", "split"].map((name) => ({ name, http })) });
    runner.observe(object);
    await clock.pass(seconds(2));
    const ended = edited(object, { endChecks: ["split"] });
    runner.observe(ended);
    const before = looks.filter(({ check }) => check.name === "split").length;
    await clock.pass(seconds(60));
    expect(runner.results("a")).toMatchObject([
      { name: "health", verdict: "passed" },
      { name: "split", verdict: "notRun", reason: "StoppedEarly" },
    ]);
    expect(looks.filter(({ check }) => check.name === "split")).toHaveLength(before);
    runner.observe(edited(ended, {}));
    await clock.pass(seconds(5));
    expect(looks.filter(({ check }) => check.name === "split")).toHaveLength(before);
    await runner.close();
  });

  it("leaves the verdict of a check that had concluded before it was ended", async () => {
    const { runner, clock } = world(() => GOOD);
    const object = verification("a");
    runner.observe(object);
    await clock.pass(seconds(5));
    runner.observe(edited(object, { endChecks: ["health"] }));
    await clock.pass(seconds(5));
    expect(runner.results("a")).toMatchObject([{ name: "health", verdict: "passed" }]);
    await runner.close();
  });

  it("goes on looking after it has passed, and a later failure counts and is final", async () => {
    let look = GOOD;
    const { runner, clock, looks } = world(() => look);
    runner.observe(verification("a"));
    await clock.pass(seconds(5));
    expect(runner.results("a")).toMatchObject([{ verdict: "passed" }]);
    look = BAD;
    await clock.pass(seconds(3));
    expect(runner.results("a")).toMatchObject([{ verdict: "failed" }]);
    const count = looks.length;
    look = GOOD;
    await clock.pass(minutes(5));
    expect(looks).toHaveLength(count);
    expect(runner.results("a")).toMatchObject([{ verdict: "failed" }]);
    await runner.close();
  });

  it("follows an object that it is given over and over without looking more often", async () => {
    const { runner, clock, looks } = world(() => GOOD);
    for (let i = 0; i < 20; i++) {
      runner.sync([verification("a")]);
      await clock.pass(seconds(0.5));
    }
    expect(looks).toHaveLength(11);
    await runner.close();
  });

  it("goes on from the stored status after a restart, with the same start and the same streaks", async () => {
    const { runner, clock, stored, restart, looks } = world(() => GOOD);
    const object = verification("a");
    runner.observe(object);
    await clock.pass(seconds(1));
    await runner.close();
    const status = stored.at(-1)!.status;
    expect(status.results).toMatchObject([{ verdict: "pending", looks: 2 }]);
    await clock.pass(minutes(1));
    const successor = restart();
    successor.observe({ ...object, status });
    await clock.pass(seconds(0));
    expect(successor.results("a")).toMatchObject([{ verdict: "passed", looks: 3 }]);
    expect(looks.at(-1)?.from).toBe(looks[0]?.from);
    expect(looks.at(-1)?.looks).toBe(2);
    await successor.close();
  });

  it("does not continue the result of a check that has changed meanwhile, or of other evidence", async () => {
    const { runner, clock, stored, restart } = world(() => GOOD);
    const object = verification("a");
    runner.observe(object);
    await clock.pass(seconds(5));
    await runner.close();
    const status = stored.at(-1)!.status;
    const successor = restart();
    successor.observe({ ...edited(object, { from: renderInstant(clock.now()) }), status });
    expect(successor.results("a")).toMatchObject([{ verdict: "pending", reason: "NotLooked" }]);
    await clock.pass(seconds(2));
    expect(successor.results("a")).toMatchObject([{ verdict: "passed", looks: 3 }]);
    await successor.close();
  });

  it("makes no look before the start of the evidence", async () => {
    const { runner, clock, looks } = world(() => GOOD);
    runner.observe(
      verification("a", { from: renderInstant((clock.now() + 4_000) as ReturnType<typeof clock.now>) }),
    );
    await clock.pass(seconds(3.9));
    expect(looks).toHaveLength(0);
    await clock.pass(seconds(0.2));
    expect(looks).toHaveLength(1);
    await runner.close();
  });

  it("ends at spec.end, shows what had not concluded as stopped early, and cleans up", async () => {
    const { runner, clock, last, finished, changes, looks } = world(({ check }) =>
      check.name === "health" ? GOOD : BAD,
    );
    const checks = [
      { name: "health", http: { successes: 3 } },
      { name: "slow", http: { failures: 100 } },
    ];
    const object = verification("a", { checks });
    runner.observe(object);
    await clock.pass(seconds(3));
    runner.observe(edited(object, { end: true }));
    await clock.pass(seconds(0));
    expect(last()).toMatchObject({
      phase: "Stopped",
      observedGeneration: 2,
      results: [{ verdict: "passed" }, { verdict: "notRun", reason: "StoppedEarly" }],
    });
    expect(last()?.finishedAt).toBeDefined();
    expect(last()?.conditions?.find(({ type }) => type === "Finished")?.status).toBe("True");
    expect(finished.toSorted()).toEqual(["health", "slow"]);
    expect(changes.at(-1)?.finished).toBe(true);
    const count = looks.length;
    await clock.pass(minutes(10));
    expect(looks).toHaveLength(count);
    expect(clock.pending).toBe(0);
  });

  it("needs of one that it has ended no more than what it came to", async () => {
    const { runner, clock, looks, last, finished } = world(() => GOOD);
    const object = verification("a", { releaseRef: undefined });
    runner.observe(object);
    await clock.pass(seconds(3));
    const { checks: _, ...kept } = object.spec;
    const { metadata } = edited(object, {});
    runner.observe({ ...object, metadata, spec: kept as Verification["spec"], status: last()! });
    await clock.pass(minutes(1));
    expect(runner.results("a")).toMatchObject([{ verdict: "passed" }]);
    const count = looks.length;
    runner.forget("a");
    await clock.pass(minutes(1));
    expect(looks).toHaveLength(count);
    expect(new Set(finished)).toEqual(new Set(["health"]));
  });

  it("aborts a look that is under way when the verification ends", async () => {
    let aborted = false;
    const { runner, clock, last } = world(
      ({ signal }) =>
        new Promise((_, reject) =>
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(signal.reason);
          }),
        ),
    );
    const object = verification("a");
    runner.observe(object);
    await clock.pass(seconds(1));
    runner.observe(edited(object, { end: true }));
    await clock.pass(seconds(0));
    expect(aborted).toBe(true);
    expect(last()).toMatchObject({ phase: "Stopped", results: [{ verdict: "notRun" }] });
    expect(runner.load).toEqual({ running: 0, waiting: 0 });
  });

  it("ends one that stands alone by itself when all has concluded", async () => {
    const { runner, clock, last } = world(() => GOOD);
    runner.observe(verification("a", { releaseRef: undefined }));
    await clock.pass(seconds(3));
    expect(last()).toMatchObject({ phase: "Passed", results: [{ verdict: "passed" }] });
    expect(clock.pending).toBe(0);
  });

  it("ends one that stands alone at its deadline when it never concludes", async () => {
    const { runner, clock, last } = world(({ looks }) => (looks % 2 === 0 ? GOOD : BAD));
    runner.observe(verification("a", { releaseRef: undefined, deadline: "1m" }));
    await clock.pass(minutes(2));
    expect(last()).toMatchObject({ phase: "Inconclusive", results: [{ verdict: "inconclusive" }] });
  });

  it("ends one that stands alone at its deadline when its source can't be read, and not later", async () => {
    const { runner, clock, last } = world(() => ({ kind: "unreadable", reason: "Down", message: "down" }));
    runner.observe(verification("a", { releaseRef: undefined, window: "5s", deadline: "1m" }));
    await clock.pass(seconds(59));
    expect(last()).toMatchObject({ phase: "Running", results: [{ verdict: "error" }] });
    await clock.pass(seconds(2));
    expect(last()).toMatchObject({ phase: "Error", results: [{ verdict: "error", reason: "Down" }] });
    expect(clock.pending).toBe(0);
  });

  it("gives a look that heeds no signal up at its deadline and calls the source unreadable", async () => {
    const { runner, clock } = world(() => new Promise(() => {}), { looksAtOnce: 1 });
    runner.observe(verification("a"));
    await clock.pass(seconds(7));
    expect(runner.results("a")).toMatchObject([{ verdict: "pending", reason: "LookTimeout", looks: 1 }]);
    await clock.pass(seconds(14));
    expect(runner.results("a")).toMatchObject([{ verdict: "error", reason: "LookTimeout" }]);
    await runner.close();
  });

  it("takes a checker that throws for unreadable, never for passed", async () => {
    const { runner, clock } = world(() => {
      throw new Error("broken with token=abcdef123");
    });
    runner.observe(verification("a"));
    await clock.pass(seconds(5));
    const results = runner.results("a");
    expect(results).toMatchObject([{ verdict: "error", reason: "CheckerFailed" }]);
    expect(JSON.stringify(results)).not.toContain("abcdef123");
    await runner.close();
  });

  it("says what a check lacks that can't be bound, and of which kind there is no checker", async () => {
    const { runner, clock } = world(() => GOOD);
    const checks = [
      { name: "unbound", http: { path: "/{{target.version}}" } },
      { name: "metric", prometheus: { query: { expr: "up", min: 1 } } },
    ];
    runner.observe(verification("a", { checks }));
    await clock.pass(seconds(5));
    expect(runner.results("a")).toMatchObject([
      { verdict: "error", reason: "InvalidCheck", message: expect.stringContaining("spec.target.version") },
      { verdict: "error", reason: "NoChecker" },
    ]);
    await runner.close();
  });

  it("runs so many Verifications of a namespace at once; others say that they wait, and begin when one ends or is gone", async () => {
    const { runner, clock, looks, stored } = world(() => GOOD, { aloneAtOnce: 2 });
    const alone = (uid: string, namespace = "shop") =>
      verification(uid, { releaseRef: undefined }, { namespace });
    for (const uid of ["a", "b", "c", "d", "e"]) runner.observe(alone(uid));
    runner.observe(alone("x", "other"));
    runner.observe(verification("of-release"));
    const begun = () => [...new Set(looks.map(({ verification: { uid } }) => uid))].sort();
    await clock.pass(seconds(0));
    expect(begun()).toEqual(["a", "b", "of-release", "x"]);
    const waiting = stored.find(({ name }) => name === "v-c")?.status;
    expect(waiting).toMatchObject({ phase: "Waiting" });
    expect(waiting?.conditions?.find(({ type }) => type === "Reconciling")).toMatchObject({
      status: "True",
      message: "waits: 2 Verifications of namespace shop run already",
    });
    expect(runner.results("c")).toBeUndefined();
    runner.forget("d");
    runner.forget("a");
    await clock.pass(seconds(0));
    expect(begun()).toEqual(["a", "b", "c", "of-release", "x"]);
    await clock.pass(seconds(5));
    expect(begun()).toContain("e");
    expect(begun()).not.toContain("d");
    expect(stored.findLast(({ name }) => name === "v-e")?.status.phase).toBe("Passed");
  });

  it("makes at most so many looks at once, and owners take turns", async () => {
    const order: string[] = [];
    const open: (() => void)[] = [];
    const { runner, clock } = world(
      ({ verification: { uid } }) => {
        order.push(uid);
        return new Promise((resolve) => open.push(() => resolve(GOOD)));
      },
      { looksAtOnce: 2 },
    );
    const many = Array.from({ length: 20 }, (_, i) => ({ name: `c${i}`, http: {} }));
    runner.observe(verification("busy", { checks: many }));
    await clock.pass(seconds(0));
    runner.observe(verification("small"));
    await clock.pass(seconds(0));
    expect(runner.load).toEqual({ running: 2, waiting: 19 });
    open.shift()?.();
    await clock.pass(seconds(0));
    open.shift()?.();
    await clock.pass(seconds(0));
    expect(order).toHaveLength(4);
    expect(order).toContain("small");
    await runner.close();
  });

  it("writes again after a failure, with growing waits, until it is stored", async () => {
    const { runner, clock, store, stored, told } = world(() => GOOD);
    store.refuse = "unreachable";
    runner.observe(verification("a"));
    await clock.pass(seconds(20));
    expect(stored).toHaveLength(0);
    expect(told[0]).toBe("warn 1");
    expect(runner.results("a")).toMatchObject([{ verdict: "passed" }]);
    store.refuse = undefined;
    await clock.pass(seconds(31));
    expect(stored.at(-1)?.status.results).toMatchObject([{ verdict: "passed" }]);
    await runner.close();
  });

  it("takes a conflict for news and warns only when it does not end", async () => {
    const { runner, clock, store, told } = world(() => GOOD);
    store.refuse = "conflict";
    runner.observe(verification("a"));
    await clock.pass(seconds(20));
    expect(told.slice(0, 4)).toEqual(["debug 1", "debug 2", "debug 3", "warn 4"]);
    store.refuse = undefined;
    await runner.close();
  });

  it("takes an end that is stored for stored, though the answer to the write was lost", async () => {
    const { runner, clock, last } = world(() => GOOD);
    const object = verification("a", { releaseRef: undefined });
    runner.observe(object);
    await clock.pass(seconds(3));
    const ended = last();
    expect(ended?.finishedAt).toBeDefined();
    const other = world(() => GOOD);
    other.runner.observe(object);
    other.store.refuse = "unreachable";
    await other.clock.pass(seconds(3));
    other.store.refuse = "conflict";
    other.runner.observe({ ...object, ...(ended ? { status: ended } : {}) });
    other.told.length = 0;
    await other.clock.pass(minutes(5));
    expect(other.told).toEqual([]);
    await runner.close();
    await other.runner.close();
  });

  it("forgets what is no longer there and writes nothing for it", async () => {
    const { runner, clock, looks, stored } = world(() => GOOD);
    runner.sync([verification("a"), verification("b")]);
    await clock.pass(seconds(1));
    const writes = stored.filter(({ name }) => name === "v-a").length;
    runner.sync([verification("b")]);
    const before = looks.filter(({ verification: { uid } }) => uid === "a").length;
    await clock.pass(minutes(1));
    expect(looks.filter(({ verification: { uid } }) => uid === "a")).toHaveLength(before);
    expect(stored.filter(({ name }) => name === "v-a")).toHaveLength(writes);
    expect(runner.results("a")).toBeUndefined();
    await runner.close();
  });

  it("does not run one that has ended, and still knows its results", async () => {
    const { runner, clock, looks, last } = world(() => GOOD);
    const object = verification("a", { releaseRef: undefined });
    runner.observe(object);
    await clock.pass(seconds(3));
    await runner.close();
    const count = looks.length;
    const successor = world(() => GOOD);
    successor.runner.observe({ ...object, status: last()! });
    await successor.clock.pass(minutes(1));
    expect(successor.looks).toHaveLength(0);
    expect(looks).toHaveLength(count);
    expect(successor.runner.results("a")).toMatchObject([{ verdict: "passed" }]);
  });

  it("ends at once a Verification without release whose checks can't be run", async () => {
    const { runner, clock, last } = world(() => GOOD);
    runner.observe(
      verification("a", {
        releaseRef: undefined,
        checks: [{ name: "c", http: { path: "/{{target.nowhere}}" } }],
      }),
    );
    await clock.pass(seconds(1));
    expect(last()).toMatchObject({ phase: "Error", results: [{ reason: "InvalidCheck", verdict: "error" }] });
    expect(last()?.results?.[0]?.finishedAt).toBe(last()?.finishedAt);
    await runner.close();
  });

  it("masks what looks like a secret, whatever a checker forgets", async () => {
    const look = { ...GOOD, evidence: "password=hunter22", message: "answered token=abcdef123" };
    const { runner, clock, last } = world(() => look);
    runner.observe(verification("a", { checks: [{ name: "c", http: {} }] }));
    await clock.pass(seconds(2));
    const text = JSON.stringify(last());
    expect(text).toContain("***");
    expect(text).not.toMatch(/hunter22|abcdef123/);
    await runner.close();
  });

  it("keeps the status small, however much evidence there is", async () => {
    const { runner, clock, last } = world(() => ({ ...GOOD, evidence: "x".repeat(100_000) }));
    const checks = Array.from({ length: 200 }, (_, i) => ({ name: `c${i}`, http: {} }));
    runner.observe(verification("a", { checks }));
    await clock.pass(seconds(10));
    expect(last()?.results).toHaveLength(200);
    expect(JSON.stringify(last()).length).toBeLessThan(400_000);
    await runner.close();
  });
});
