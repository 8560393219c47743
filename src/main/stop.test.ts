import { describe, expect, it } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { MemoryLog } from "../../test/support/reflector-bench.ts";
import { seconds } from "../base/duration.ts";
import { abandonWork, endWork, type Running, stopInOrder, type Work } from "./stop.ts";

class Parts {
  readonly ended: string[] = [];
  readonly clock = new ManualClock();
  readonly log = new MemoryLog();
  #end = (what: string) => async (): Promise<void> => void this.ended.push(what);

  work(more: Partial<Work> = {}): Work {
    const end = this.#end;
    return {
      queue: { drain: async (deadline) => this.ended.push(`queue ${deadline}`) > 0 },
      stacks: { close: async (grace) => void this.ended.push(`stacks ${grace}`) },
      gate: { close: end("gate"), abandon: () => void this.ended.push("gate left") },
      events: { flush: end("flush"), stop: end("events") },
      clock: this.clock,
      ...more,
    };
  }

  running(more: Partial<Running> = {}): Running {
    const end = this.#end;
    return {
      leadership: { stop: end("leadership") },
      world: { stop: end("world") },
      health: { close: end("health") },
      connections: [{ close: end("first") }, { close: end("second") }],
      clock: this.clock,
      ...more,
    };
  }
}
const WORK = ["queue 5000", "stacks 15000", "gate", "flush", "events"];
const ALL = ["leadership", "world", "health", "first", "second"];
const never = () => new Promise<void>(() => {});

describe("the end of a term", () => {
  it("comes to passes first, then to what they have started, and to events last", async () => {
    const parts = new Parts();
    await endWork(parts.work(), parts.log);
    expect(parts.ended).toEqual(WORK);
    expect(parts.clock.pending).toBe(0);
  });

  it("goes on when a part fails, and says which", async () => {
    const parts = new Parts();
    const gate = { ...parts.work().gate, close: () => Promise.reject(new Error("no")) };
    await endWork(parts.work({ gate }), parts.log);
    expect(parts.ended).toEqual(WORK.filter((what) => what !== "gate"));
    expect(parts.log.lines).toMatchObject([
      { level: "error", fields: { what: "verifications", reason: "no" } },
    ]);
  });

  it("waits for nothing and stores nothing when somebody else may lead already", async () => {
    const parts = new Parts();
    await abandonWork(parts.work({ events: { flush: never, stop: parts.work().events.stop } }));
    expect(parts.ended.sort()).toEqual(["events", "gate left", "queue 0", "stacks 0"]);
  });
});

describe("the end of the controller", () => {
  it("comes to the work first and to the connections last", async () => {
    const parts = new Parts();
    await stopInOrder(parts.running(), parts.log);
    expect(parts.ended).toEqual(ALL);
    expect(parts.clock.pending).toBe(0);
  });

  it("goes on when a part fails, and says which", async () => {
    const parts = new Parts();
    await stopInOrder(
      parts.running({ leadership: { stop: () => Promise.reject(new Error("no")) } }),
      parts.log,
    );
    expect(parts.ended).toEqual(ALL.filter((what) => what !== "leadership"));
    expect(parts.log.lines).toMatchObject([{ level: "error", fields: { what: "leadership", reason: "no" } }]);
  });

  it("comes in time for the pod's grace although the API server answers nobody", async () => {
    const parts = new Parts();
    const { stop } = parts.work().events;
    const work = parts.work({
      gate: { close: never, abandon: () => {} },
      events: { flush: never, stop },
    });
    const hanging = parts.running({
      leadership: { stop: () => endWork(work, parts.log) },
      world: { stop: never },
      connections: [{ close: never }],
    });
    const stopped = stopInOrder(hanging, parts.log);
    // Five seconds of the thirty are the passes', two the Lease's.
    await parts.clock.pass(seconds(22));
    await stopped;
    expect(parts.ended).toEqual(["queue 5000", "stacks 15000", "events", "health"]);
  });
});
