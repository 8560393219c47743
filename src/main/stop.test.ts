import { describe, expect, it } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { MemoryLog } from "../../test/support/reflector-bench.ts";
import { seconds } from "../base/duration.ts";
import { type Running, stopInOrder } from "./stop.ts";

class Parts {
  readonly ended: string[] = [];
  readonly clock = new ManualClock();
  readonly log = new MemoryLog();
  #end = (what: string) => async (): Promise<void> => void this.ended.push(what);

  running(more: Partial<Running> = {}): Running {
    const end = this.#end;
    return {
      queue: { drain: async () => this.ended.push("queue") > 0 },
      stacks: { close: end("stacks") },
      gate: { close: end("gate") },
      events: { flush: end("flush"), stop: end("events") },
      world: { stop: end("world") },
      health: { close: end("health") },
      transport: { close: end("transport") },
      clock: this.clock,
      ...more,
    };
  }
}
const ALL = ["queue", "stacks", "gate", "flush", "events", "world", "health", "transport"];

describe("the end of the controller", () => {
  it("comes to passes first and to the connection last", async () => {
    const parts = new Parts();
    await stopInOrder(parts.running(), parts.log);
    expect(parts.ended).toEqual(ALL);
    expect(parts.clock.pending).toBe(0);
  });

  it("goes on when a part fails, and says which", async () => {
    const parts = new Parts();
    await stopInOrder(parts.running({ gate: { close: () => Promise.reject(new Error("no")) } }), parts.log);
    expect(parts.ended).toEqual(ALL.filter((what) => what !== "gate"));
    expect(parts.log.lines).toMatchObject([
      { level: "error", fields: { what: "verifications", reason: "no" } },
    ]);
  });

  it("comes in time for the pod's grace although the API server answers nobody", async () => {
    const parts = new Parts();
    const never = () => new Promise<void>(() => {});
    const hanging = parts.running({
      gate: { close: never },
      events: { flush: never, stop: async () => void parts.ended.push("events") },
      world: { stop: never },
      transport: { close: never },
    });
    const stopped = stopInOrder(hanging, parts.log);
    await parts.clock.pass(seconds(25));
    await stopped;
    expect(parts.ended).toEqual(["queue", "stacks", "events", "health"]);
  });
});
