import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What came of trying to connect. */
export type PortState = "open" | "refused" | "silent";

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface ScanLimits {
  /** Connections at a time. */
  readonly atOnce: number;
  /** Connections begun in a second. */
  readonly perSecond: number;
  /** Milliseconds without an answer until a port counts as silent. */
  readonly patience: number;
}

/**
 * Tries each target once, and connects only: nothing is sent, and what is open is closed at once. Silent ones are
 * tried once more, as long as they are few: a lost packet must not hide an open port.
 * @throws the signal's reason
 */
export async function scanPorts(
  targets: readonly Target[],
  limits: ScanLimits,
  signal: AbortSignal,
): Promise<ReadonlyMap<Target, PortState>> {
  const states = new Map<Target, PortState>();
  await scanInto(states, targets, limits, signal);
  const silent = targets.filter((target) => states.get(target) === "silent");
  if (silent.length <= MOST_AGAIN) await scanInto(states, silent, limits, signal);
  return states;
}

const MOST_AGAIN = 256;

async function scanInto(
  states: Map<Target, PortState>,
  targets: readonly Target[],
  { atOnce, perSecond, patience }: ScanLimits,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      const index = next++;
      const target = targets[index];
      if (target === undefined) return;
      const early = started + (index * 1_000) / perSecond - performance.now();
      if (early > 1) await sleep(early, undefined, { signal });
      states.set(target, await tryPort(target, patience, signal));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, targets.length) }, work));
}

/** Connects and closes. */
function tryPort({ host, port }: Target, patience: number, signal: AbortSignal): Promise<PortState> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, autoSelectFamily: false });
    const end = (state: PortState): void => {
      signal.removeEventListener("abort", stop);
      socket.destroy();
      resolve(state);
    };
    const stop = (): void => end("silent");
    signal.addEventListener("abort", stop, { once: true });
    socket.setTimeout(patience, () => end("silent"));
    socket.once("connect", () => end("open"));
    socket.on("error", (error) =>
      end("code" in error && error.code === "ECONNREFUSED" ? "refused" : "silent"),
    );
  });
}
