import { type Duration, milliseconds, seconds } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import { within } from "./within.ts";

/** What runs while a controller leads. */
export interface Work {
  readonly queue: { drain(deadline: Duration): Promise<boolean> };
  readonly stacks: { close(grace: Duration): Promise<void> };
  readonly gate: { close(): Promise<void>; abandon(): void };
  readonly events: { flush(): Promise<void>; stop(): Promise<void> };
  readonly clock: Clock;
}

/** Whatever of a controller has to be ended. */
export interface Running {
  /** Ends the work in order, and then lets others lead. */
  readonly leadership: { stop(): Promise<void> };
  readonly world: { stop(): Promise<void> };
  readonly health: { close(): Promise<void> };
  readonly connections: readonly { close(): Promise<void> }[];
  readonly clock: Clock;
}

/** Together, with the time to give the Lease up, less than the 30 s after which a pod is killed. */
const [DRAIN, GRACE, FLUSH, CLOSE] = [seconds(5), seconds(15), seconds(2), seconds(2)];
const NOW = milliseconds(0);

/** One that fails keeps none of the others from being ended. */
const steps =
  (log: Log) =>
  async (what: string, end: () => Promise<unknown>): Promise<void> => {
    try {
      await end();
    } catch (cause) {
      log.error(
        { what, reason: cause instanceof Error ? cause.message : String(cause) },
        "could not be ended",
      );
    }
  };

/** Ends passes, then what they started, then what was to be told. */
export async function endWork({ queue, stacks, gate, events, clock }: Work, log: Log): Promise<void> {
  const step = steps(log);
  await step("passes", async () => {
    if (!(await queue.drain(DRAIN))) log.warn({}, "passes were still running and were told to end");
  });
  await Promise.all([
    step("stack operations", () => stacks.close(GRACE)),
    step("verifications", () => within(clock, GRACE, gate.close())),
  ]);
  await step("events", async () => {
    await within(clock, FLUSH, events.flush());
    await events.stop();
  });
}

/** Ends the same at once: nothing more is asked of the API server, and Pulumi's processes are killed. */
export async function abandonWork({ queue, stacks, gate, events }: Work): Promise<void> {
  gate.abandon();
  await Promise.all([queue.drain(NOW), stacks.close(NOW), events.stop()]);
}

/** Ends everything in the order in which it needs each other: the work, then the watches, and the connections last. */
export async function stopInOrder(running: Running, log: Log): Promise<void> {
  const { leadership, world, health, connections, clock } = running;
  const step = steps(log);
  await step("leadership", () => leadership.stop());
  await step("watches", () => within(clock, CLOSE, world.stop()));
  await step("health", () => health.close());
  await step("connections", () =>
    within(clock, CLOSE, Promise.all(connections.map((connection) => connection.close()))),
  );
}
