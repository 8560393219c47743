import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock, turn } from "../../test/support/manual-clock.ts";
import { MemoryLog } from "../../test/support/reflector-bench.ts";
import { RudeCollection, type TestObject } from "../../test/support/rude-collection.ts";
import { RudeServer } from "../../test/support/rude-server.ts";
import { connect } from "../../test/support/short-connection.ts";
import { until } from "../../test/support/until.ts";
import { seconds } from "../base/duration.ts";
import type { Fence } from "../kube/fence.ts";
import { LEASES, type LeaseObject } from "../kube/lease-record.ts";
import type { ResourceType } from "../kube/resources.ts";
import { Election, LEADER_LEASE, type Term } from "./election.ts";

class Candidate {
  readonly told: string[] = [];
  readonly fences: Fence[] = [];
  readonly log = new MemoryLog();
  broken: unknown;
  /** What ends a term that was lost; at once by default. */
  abandoning: () => Promise<void> = () => Promise.resolve();
  readonly election: Election;

  constructor(server: RudeServer, clock: ManualClock, identity: string, ends: (() => Promise<unknown>)[]) {
    const client = connect(server, { clock, userAgent: identity });
    this.election = new Election({
      ...{ client, clock, identity, log: this.log, namespace: "ns", duration: seconds(15) },
      random: () => 0.5,
      begin: (fence) => this.#begin(fence),
      onChange: (leads) => void this.told.push(leads ? "leads" : "stands by"),
      onBroken: (cause) => {
        this.broken = cause;
      },
    });
    ends.push(
      () => this.election.stop(),
      () => client.transport.close(),
    );
  }

  #begin(fence: Fence): Term {
    const n = this.fences.push(fence);
    this.told.push(`begins ${n}`);
    return {
      end: async () => void this.told.push(`ends ${n}, may write: ${fence.remaining > 0}`),
      abandon: async () => {
        this.told.push(`abandons ${n}, may write: ${fence.remaining > 0}`);
        await this.abandoning();
        this.told.push(`has abandoned ${n}`);
      },
    };
  }
}

describe("the election", () => {
  let clock: ManualClock;
  let server: RudeServer;
  let leases: RudeCollection;
  const ends: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    clock = new ManualClock();
    server = await RudeServer.start();
    leases = new RudeCollection(server, LEASES as ResourceType<TestObject>);
  });
  afterEach(async () => {
    leases.tamper = undefined;
    for (const end of ends.splice(0)) {
      const ended = end();
      await Promise.race([ended, passUntilOver(ended)]);
      await ended;
    }
    await server.stop();
  });
  /** Lets the clock run while something ends that waits for it. */
  const passUntilOver = async (ended: Promise<unknown>): Promise<void> => {
    let over = false;
    void ended.then(() => (over = true));
    while (!over) {
      await clock.pass(seconds(0.1));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };

  const candidate = (identity: string): Candidate => new Candidate(server, clock, identity, ends);
  const spec = (): LeaseObject["spec"] => (leases.objects.get(LEADER_LEASE) as LeaseObject | undefined)?.spec;
  /** Lets time pass until something is so; requests are answered between the steps. */
  const when = async (what: string, holds: () => boolean, step = 0.1): Promise<void> => {
    await until(what, async () => {
      if (holds()) return true;
      clock.advance(seconds(step));
      await turn();
      await new Promise((resolve) => setTimeout(resolve, 1));
      return holds();
    });
  };

  it("begins a term with an open fence as soon as the Lease is there, and writes who leads", async () => {
    const one = candidate("one");
    one.election.start();
    await until("it leads", () => one.told.length === 2);
    expect(one.told).toEqual(["leads", "begins 1"]);
    expect(one.fences[0]?.remaining).toBeGreaterThan(9_000);
    expect(one.election.leads).toBe(true);
    expect(spec()).toMatchObject({ holderIdentity: "one", leaseDurationSeconds: 15 });
    expect(one.log.lines).toMatchObject([{ level: "info", fields: { identity: "one" } }]);
  });

  it("begins nothing for one who stands by, who says once whom it stands by for", async () => {
    const [one, two] = [candidate("one"), candidate("two")];
    one.election.start();
    await until("one leads", () => one.told.length === 2);
    two.election.start();
    for (let i = 0; i < 100; i++) {
      clock.advance(seconds(0.3));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(two.told).toEqual([]);
    expect(two.election.leads).toBe(false);
    expect(two.log.lines).toMatchObject([{ level: "info", fields: { leader: "one", identity: "two" } }]);
  });

  it("in an orderly stop ends the term first, which may still write, and then lets the next one lead at once", async () => {
    const [one, two] = [candidate("one"), candidate("two")];
    one.election.start();
    await until("one leads", () => one.told.length === 2);
    two.election.start();
    await when("two has looked", () => two.log.lines.length > 0);
    const stopped = clock.monotonic();
    await one.election.stop();
    expect(one.told.slice(2)).toEqual(["ends 1, may write: true", "stands by"]);
    expect(one.fences[0]?.remaining).toBe(0);
    expect(one.fences[0]?.closed.aborted).toBe(true);
    await when("two leads", () => two.told.includes("begins 1"));
    expect(clock.monotonic() - stopped).toBeLessThanOrEqual(1_000);
  });

  it("closes the fence for good when the Lease is lost, stands by, and begins a new term when it gets it again", async () => {
    const one = candidate("one");
    one.election.start();
    await until("it leads", () => one.told.length === 2);
    leases.tamper = () => "done";
    await when("it has lost the Lease", () => one.told.includes("has abandoned 1"));
    expect(one.told.slice(2)).toEqual(["stands by", "abandons 1, may write: false", "has abandoned 1"]);
    leases.tamper = undefined;
    await when("it leads again", () => one.told.includes("begins 2"));
    expect(one.fences.map(({ remaining }) => remaining > 0)).toEqual([false, true]);
    expect(one.fences[0]?.closed.aborted).toBe(true);
    expect(one.broken).toBeUndefined();
    expect(one.log.lines.map(({ level }) => level)).toContain("warn");
  });

  it("refuses the first write after a pause, although no timer has fired and nobody has been told", async () => {
    const one = candidate("one");
    one.election.start();
    await until("it leads", () => one.told.length === 2);
    clock.suspend(seconds(11));
    expect(one.told).toHaveLength(2);
    expect(one.fences[0]?.remaining).toBe(0);
    await when("it has found out", () => one.told.includes("begins 2"));
    expect(one.fences[0]?.remaining).toBe(0);
  });

  it("begins no term before the one before it is over", async () => {
    const one = candidate("one");
    const over = Promise.withResolvers<void>();
    one.abandoning = () => over.promise;
    one.election.start();
    await until("it leads", () => one.told.length === 2);
    clock.suspend(seconds(11));
    await when("it has the Lease again", () => one.told.filter((what) => what === "leads").length === 2);
    for (let i = 0; i < 20; i++) {
      clock.advance(seconds(0.2));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(one.told).not.toContain("begins 2");
    over.resolve();
    await until("it begins anew", () => one.told.includes("begins 2"));
    expect(one.told.indexOf("has abandoned 1")).toBeLessThan(one.told.indexOf("begins 2"));
  });

  it("ends the process when a lost term can't be ended: it may still have workers", async () => {
    const one = candidate("one");
    one.abandoning = () => new Promise(() => {});
    one.election.start();
    await until("it leads", () => one.told.length === 2);
    clock.suspend(seconds(11));
    await when("it gives up", () => one.broken !== undefined, 0.5);
    expect(String(one.broken)).toContain("could not be ended in time");
    expect(one.told).not.toContain("begins 2");
  });
});
