import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock, turn } from "../../test/support/manual-clock.ts";
import { RudeCollection, type TestObject } from "../../test/support/rude-collection.ts";
import { RudeServer } from "../../test/support/rude-server.ts";
import { connect } from "../../test/support/short-connection.ts";
import { until } from "../../test/support/until.ts";
import { type Duration, hours, milliseconds, seconds } from "../base/duration.ts";
import { type Instant, plus } from "../base/instant.ts";
import type { Cancel, Clock } from "../ports/clock.ts";
import { LeaseLock, type LeaseOptions } from "./lease.ts";
import { LEASES, type LeaseObject } from "./lease-record.ts";
import type { ResourceType } from "./resources.ts";

/** The shared clock as one candidate sees it: its wall clock is off, and it may be suspended. */
class OwnClock implements Clock {
  readonly #base: ManualClock;
  readonly #off: Duration;
  asleep = false;

  constructor(base: ManualClock, off: Duration) {
    this.#base = base;
    this.#off = off;
  }
  now(): Instant {
    return plus(this.#base.now(), this.#off);
  }
  monotonic(): Duration {
    return this.#base.monotonic();
  }
  sinceBoot(): Duration {
    return this.#base.sinceBoot();
  }
  after(delay: Duration, run: () => void): Cancel {
    let over = false;
    const fire = (): void => {
      if (over) return;
      if (this.asleep) this.#base.after(milliseconds(10), fire);
      else run();
    };
    const cancel = this.#base.after(delay, fire);
    return () => {
      over = true;
      cancel();
    };
  }
}

interface Candidate {
  readonly name: string;
  readonly lock: LeaseLock;
  readonly clock: OwnClock;
}

describe.each(["bascule-leader", "shop.shop.blue"])("a lease (%s)", (name) => {
  let clock: ManualClock;
  let server: RudeServer;
  let leases: RudeCollection;
  let candidates: Candidate[];
  /** Who was seen to hold it, without repetitions. */
  let holders: string[];
  let losses: string[];
  const ends: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    clock = new ManualClock();
    server = await RudeServer.start();
    leases = new RudeCollection(server, LEASES as ResourceType<TestObject>);
    candidates = [];
    holders = [];
    losses = [];
    answering = true;
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await server.stop();
  });

  const candidate = (id: string, options: Partial<LeaseOptions> = {}, off = milliseconds(0)): Candidate => {
    const own = new OwnClock(clock, off);
    const client = connect(server, { clock: own, userAgent: id });
    const shared = { client, clock: own, namespace: "ns", name, identity: id, random: () => 0.5 };
    const lock = new LeaseLock({ ...shared, onLost: () => void losses.push(id), ...options });
    ends.push(() => client.transport.close());
    const made = { name: id, lock, clock: own };
    candidates.push(made);
    return made;
  };

  /** Time stands still until requests are answered, unless the test has made the server mute. */
  let answering = true;

  /** Lets time pass in small steps; after each, at most one candidate may believe that it holds the lease. */
  const pass = async (by: Duration, each?: () => void): Promise<void> => {
    const end = clock.monotonic() + by;
    while (clock.monotonic() < end) {
      clock.advance(milliseconds(Math.min(50, end - clock.monotonic())));
      for (let i = 0; i < 3; i++) await turn();
      if (answering) await settled();
      const held = candidates.filter(({ lock }) => lock.isHeld).map(({ name: id }) => id);
      expect(held.length).toBeLessThanOrEqual(1);
      if (held[0] !== undefined && held[0] !== holders.at(-1)) holders.push(held[0]);
      each?.();
    }
  };
  let seen = -1;
  const settled = async (): Promise<void> => {
    // Requests that timers have started have reached the server and are answered when two rounds bring no new one.
    for (let quiet = 0; quiet < 2; ) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      quiet = server.requests.length === seen ? quiet + 1 : 0;
      seen = server.requests.length;
    }
  };
  const stored = (): LeaseObject["spec"] => (leases.objects.get(name) as LeaseObject | undefined)?.spec;

  it.each([2, 10])(
    "Lease 1, one holder: never lets two of %d candidates act at any instant, whatever dies or sleeps",
    async (n) => {
      for (let i = 0; i < n; i++) candidate(`c${i}`, {}, milliseconds((i - 1) * 40_000)).lock.start();
      await pass(seconds(3));
      expect(holders).toHaveLength(1);
      for (let round = 0; round < 2; round++) {
        const holder = candidates.find(({ lock }) => lock.isHeld);
        if (!holder) throw new Error("nobody holds the lease");
        holder.clock.asleep = true;
        await pass(seconds(18));
        holder.clock.asleep = false;
        await pass(seconds(2));
      }
      expect(holders).toHaveLength(3);
      for (const { lock } of candidates) ends.push(() => lock.stop());
    },
  );

  it("Lease 2, failover: passes to another within its duration and one second after the holder was killed", async () => {
    const first = candidate("first");
    first.lock.start();
    await pass(seconds(5));
    expect(first.lock.isHeld).toBe(true);
    const second = candidate("second");
    second.lock.start();
    await pass(seconds(5));
    first.clock.asleep = true;
    const killed = clock.monotonic();
    let taken: number | undefined;
    await pass(seconds(17), () => {
      if (second.lock.isHeld) taken ??= clock.monotonic() - killed;
    });
    expect(taken).toBeLessThanOrEqual(16_000);
    expect(taken).toBeGreaterThan(10_000);
    expect(stored()?.leaseTransitions).toBe(1);
    ends.push(() => second.lock.stop());
  });

  it("Lease 3, release: is given up by an orderly stop, and the next holder starts at once", async () => {
    const [first, second] = [candidate("first"), candidate("second")];
    first.lock.start();
    await pass(seconds(1));
    second.lock.start();
    await pass(seconds(1));
    await first.lock.stop();
    expect(first.lock.isHeld).toBe(false);
    expect(stored()?.holderIdentity).toBe("");
    await pass(seconds(1));
    expect(second.lock.isHeld).toBe(true);
    expect(losses).toEqual([]);
    await second.lock.stop();
    expect(clock.pending).toBe(0);
  });

  it("Lease 4, losing it: stops its holder before another can take it, also when the API server says nothing", async () => {
    const [first, second] = [candidate("first"), candidate("second")];
    first.lock.start();
    await pass(seconds(2));
    second.lock.start();
    await pass(seconds(4));
    // The holder's requests are never answered; the other's are.
    answering = false;
    leases.tamper = (_kind, { headers }) => (headers["user-agent"] === "first" ? "done" : undefined);
    let [lost, taken]: (number | undefined)[] = [];
    await pass(seconds(20), () => {
      if (!first.lock.isHeld) lost ??= clock.monotonic();
      if (second.lock.isHeld) taken ??= clock.monotonic();
    });
    if (lost === undefined || taken === undefined) throw new Error("it was not lost, or not taken");
    expect(taken - lost).toBeGreaterThan(2_000);
    expect(losses).toEqual(["first"]);
    leases.tamper = undefined;
    for (const { lock } of candidates) ends.unshift(() => lock.stop());
  });

  it("Lease 5, own clock: is judged by one's own clock alone; an hour off in either direction changes nothing", async () => {
    const first = candidate("first", {}, hours(-1));
    const second = candidate("second", {}, hours(1));
    first.lock.start();
    await pass(seconds(2));
    second.lock.start();
    await pass(seconds(60));
    expect(holders).toEqual(["first"]);
    first.clock.asleep = true;
    await pass(seconds(16));
    expect(holders).toEqual(["first", "second"]);
    for (const { lock } of candidates) ends.push(() => lock.stop());
  });

  it("Lease 6, conflict: writes with the version it read, reads again after a 409 and never overwrites", async () => {
    const first = candidate("first");
    first.lock.start();
    await pass(seconds(1));
    let stolen = false;
    leases.tamper = (_kind, request) => {
      // Between its read and its write somebody else takes the lease.
      if (request.method !== "PUT" || stolen) return undefined;
      stolen = true;
      const spec = {
        holderIdentity: "thief",
        leaseDurationSeconds: 15,
        renewTime: "2030-01-01T00:00:00.000000Z",
      };
      leases.put(name, spec);
      return undefined;
    };
    await pass(seconds(5));
    expect(stolen).toBe(true);
    expect(stored()?.holderIdentity).toBe("thief");
    expect(first.lock.isHeld).toBe(false);
    expect(losses).toEqual(["first"]);
    expect(first.lock.holder).toBe("thief");
    ends.push(() => first.lock.stop());
  });

  it("Lease 7, pause: a holder that was suspended for longer finds out before it acts, even if no timer has fired", async () => {
    const first = candidate("first");
    first.lock.start();
    await pass(seconds(1));
    expect(first.lock.isHeld).toBe(true);
    clock.suspend(seconds(30));
    expect(first.lock.isHeld).toBe(false);
    expect(first.lock.remaining).toBe(0);
    ends.push(() => first.lock.stop());
  });

  it("Lease 5, clock jumps: a wall clock that is set by an hour, forward or back, costs nobody the lease", async () => {
    const first = candidate("first");
    first.lock.start();
    await pass(seconds(1));
    for (const jump of [hours(1), hours(-2)]) {
      clock.setWallBy(jump);
      expect(first.lock.isHeld).toBe(true);
      await pass(seconds(20));
    }
    expect(losses).toEqual([]);
    expect(stored()?.leaseTransitions).toBe(0);
    ends.push(() => first.lock.stop());
  });

  it("Lease 7, machine asleep: counts time that the monotonic clock has not seen", async () => {
    const first = candidate("first");
    first.lock.start();
    await pass(seconds(1));
    clock.sleepMachine(seconds(30));
    expect(first.lock.isHeld).toBe(false);
    await pass(seconds(3));
    expect(first.lock.isHeld).toBe(true);
    expect(losses).toEqual(["first"]);
    ends.push(() => first.lock.stop());
  });

  it("Lease 8, format: writes times with microseconds, and counts a transition only when the holder changes", async () => {
    const first = candidate("first");
    first.lock.start();
    await pass(seconds(7));
    const [acquired, renewed] = [stored()?.acquireTime ?? "", stored()?.renewTime ?? ""];
    for (const time of [acquired, renewed]) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(renewed > acquired).toBe(true);
    expect(stored()).toMatchObject({
      holderIdentity: "first",
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
    await first.lock.stop();
    const second = candidate("second");
    second.lock.start();
    await pass(seconds(3));
    expect(stored()).toMatchObject({ holderIdentity: "second", leaseTransitions: 1 });
    ends.push(() => second.lock.stop());
  });

  it("Lease 9, one try: tells who holds it and for how long, and gives it once it has run out", async () => {
    leases.put(name, {
      holderIdentity: "dead",
      leaseDurationSeconds: 4,
      renewTime: "2001-01-01T00:00:00.000000Z",
    });
    const worker = candidate("worker");
    expect(await worker.lock.tryAcquire()).toEqual({
      ok: false,
      error: { kind: "heldByOther", holder: "dead", freeIn: 4_000 },
    });
    clock.advance(seconds(4));
    expect((await worker.lock.tryAcquire()).ok).toBe(true);
    expect(worker.lock.isHeld).toBe(true);
    ends.push(() => worker.lock.stop());
  });

  it("gives up what a write that was cut off by stop may have stored", async () => {
    const first = candidate("first");
    let reached = false;
    leases.tamper = (_kind, request) => {
      if (request.method !== "POST") return undefined;
      leases.put(name, (JSON.parse(request.body) as TestObject).spec);
      reached = true;
      return "done";
    };
    first.lock.start();
    await until("the write has reached the server", () => reached);
    expect(stored()?.holderIdentity).toBe("first");
    await first.lock.stop();
    expect(stored()?.holderIdentity).toBe("");
  });
});
