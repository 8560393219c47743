import { type Instant, instant } from "../../base/instant.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { ReadFailure } from "../candidate-cluster.ts";
import type { LogCluster } from "./log-cluster.ts";
import { isAfter, type LogLine, type LogTime, readLines, startOf } from "./log-lines.ts";

/** A container whose log is read. */
export interface LogSource {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly restarts: number;
}

/** How far a container's log is read. */
export interface LogCursor {
  at: LogTime;
  restarts: number;
}

export interface ReadLog {
  readonly lines: readonly LogLine[];
  /** There is more, which this look has no room for. */
  readonly behind: boolean;
  /** More was logged in one second than can be read: some of it never will be. */
  readonly lost: boolean;
}

export interface LogLimits {
  /** Bytes of one call: what is logged in one second and does not fit in is lost. */
  readonly bytes: number;
  /** Calls that a container may take in one look. */
  readonly calls: number;
}

const LIMITS: LogLimits = { bytes: 4 * 1024 * 1024, calls: 4 };

export const cursorAt = (from: Instant): LogCursor => ({ at: startOf(from), restarts: 0 });

/**
 * Reads what a container logged since the cursor, and moves it. The log of the instance before a restart is read
 * first: that is where the reason of a crash stands.
 */
export async function readLog(
  cluster: LogCluster,
  source: LogSource,
  cursor: LogCursor,
  signal: AbortSignal,
  { bytes, calls } = LIMITS,
): Promise<Result<ReadLog, ReadFailure>> {
  const lines: LogLine[] = [];
  let lost = false;
  let behind = false;
  const instances = source.restarts > cursor.restarts ? [true, false] : [false];
  for (const previous of instances) {
    behind = true;
    for (let call = 0; call < calls && behind; call++) {
      const { namespace, pod, container } = source;
      const since = cursor.at.second;
      const read = await cluster.log({ namespace, pod, container, since, previous, bytes }, signal);
      signal.throwIfAborted();
      if (!read.ok) {
        // It may be gone, or never have written; the present one's log is what must be readable.
        if (!previous) return err(read.error);
        behind = false;
        break;
      }
      const taken = take(read.value, cursor, bytes);
      lines.push(...taken.lines);
      lost ||= taken.lost;
      behind = taken.cut;
    }
    if (previous && !behind) cursor.restarts = source.restarts;
    if (behind) break;
  }
  return ok({ lines, behind, lost });
}

/** The lines of an answer that are new, and the cursor moved behind them. */
function take(
  text: string,
  cursor: LogCursor,
  bytes: number,
): { readonly lines: readonly LogLine[]; readonly cut: boolean; readonly lost: boolean } {
  const cut = Buffer.byteLength(text) >= bytes;
  const all = readLines(text);
  // The last line of an answer that was cut may be half a line; it comes again, whole.
  const whole = cut && all.length > 1 ? all.slice(0, -1) : all;
  const lines = whole.filter(({ at }) => isAfter(at, cursor.at));
  const last = lines.at(-1);
  if (last !== undefined) cursor.at = last.at;
  else if (cut) {
    cursor.at = { second: instant(cursor.at.second + 1_000), nanos: -1 };
    return { lines, cut, lost: true };
  }
  return { lines, cut, lost: false };
}
