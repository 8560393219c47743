import { type Duration, seconds } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";

/** Whatever of a controller has to be ended. */
export interface Running {
  readonly queue: { drain(deadline: Duration): Promise<boolean> };
  readonly stacks: { close(grace: Duration): Promise<void> };
  readonly gate: { close(): Promise<void> };
  readonly events: { flush(): Promise<void>; stop(): Promise<void> };
  readonly world: { stop(): Promise<void> };
  readonly health: { close(): Promise<void> };
  readonly transport: { close(): Promise<void> };
  readonly clock: Clock;
}

/** Together less than the 30 s after which a pod is killed. */
const [DRAIN, GRACE, FLUSH, CLOSE] = [seconds(5), seconds(15), seconds(3), seconds(2)];

/**
 * Ends everything in the order in which it needs each other: passes, then what they started, then what was to be
 * told, then the watches, and the connection last. One that fails keeps none of the others from being ended.
 */
export async function stopInOrder(running: Running, log: Log): Promise<void> {
  const { queue, stacks, gate, events, world, health, transport, clock } = running;
  const step = async (what: string, end: () => Promise<unknown>): Promise<void> => {
    try {
      await end();
    } catch (cause) {
      log.error(
        { what, reason: cause instanceof Error ? cause.message : String(cause) },
        "could not be ended",
      );
    }
  };
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
  await step("watches", () => within(clock, CLOSE, world.stop()));
  await step("health", () => health.close());
  await step("connection", () => within(clock, CLOSE, transport.close()));
}

/** Waits for it, but not for longer than the limit. */
async function within(clock: Clock, limit: Duration, done: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const cancel = clock.after(limit, late.resolve);
  try {
    await Promise.race([done, late.promise]);
  } finally {
    cancel();
  }
}
