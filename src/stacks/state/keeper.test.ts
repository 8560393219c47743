import { describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { until } from "../../../test/support/until.ts";
import { milliseconds, seconds } from "../../base/duration.ts";
import { silentLog } from "../../ports/log.ts";
import { StackFailure } from "../errors.ts";
import { Keeper } from "./keeper.ts";

/** A folder and a store in memory. */
class Bench {
  readonly clock = new ManualClock();
  readonly lease = { remaining: seconds(10) };
  text: string | undefined = "0";
  readonly stored: string[] = [];
  refuse: Error | undefined;
  looks = 0;
  readonly keeper = new Keeper({
    clock: this.clock,
    log: silentLog,
    stack: "team.shop.blue",
    lease: this.lease,
    folder: {
      read: async () => (this.text === undefined ? undefined : Buffer.from(this.text)),
      signature: async () => {
        this.looks += 1;
        return this.text ?? "";
      },
    },
    session: {
      store: async (checkpoint) => {
        if (this.refuse) throw this.refuse;
        this.stored.push(checkpoint.toString());
      },
    },
  });

  /** One look from its beginning to its end. */
  async look(): Promise<void> {
    await until("the next look is due", () => this.clock.pending > 0);
    const before = this.looks;
    this.clock.advance(milliseconds(250));
    await until("it has looked", () => this.looks > before);
    await until("it is through", () => this.clock.pending > 0 || this.keeper.lost.aborted);
  }
}

describe("the keeper", () => {
  it("stores what is written, once each, and says that something was", async () => {
    const bench = new Bench();
    await bench.keeper.start();
    await bench.look();
    expect(bench.keeper.hasStored).toBe(false);
    for (const text of ["1", "1", "2"]) {
      bench.text = text;
      await bench.look();
    }
    expect(bench.stored).toEqual(["1", "2"]);
    expect(bench.keeper.hasStored).toBe(true);
    await bench.keeper.stop();
    expect(bench.clock.pending).toBe(0);
  });

  it("tries again after a failure, and leaves out a file that is not whole", async () => {
    const bench = new Bench();
    await bench.keeper.start();
    bench.text = "1";
    bench.refuse = new StackFailure("unreachable", "no answer");
    await bench.look();
    bench.text = undefined;
    await bench.look();
    expect(bench.stored).toEqual([]);
    bench.refuse = undefined;
    bench.text = "1";
    await bench.look();
    expect(bench.stored).toEqual(["1"]);
    await bench.keeper.stop();
  });

  it("writes nothing once the Lease can't be relied on", async () => {
    const bench = new Bench();
    await bench.keeper.start();
    bench.text = "1";
    Object.assign(bench.lease, { remaining: 0 });
    await bench.look();
    expect(bench.stored).toEqual([]);
    await bench.keeper.stop();
  });

  it("ends the operation when another one has the state", async () => {
    const bench = new Bench();
    await bench.keeper.start();
    bench.text = "1";
    bench.refuse = new StackFailure("locked", "taken over");
    await bench.look();
    expect(bench.keeper.lost.reason).toBe(bench.refuse);
    expect(bench.clock.pending).toBe(0);
  });
});
