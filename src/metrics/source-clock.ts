import { type Duration, milliseconds, seconds } from "../base/duration.ts";
import { type Instant, instant } from "../base/instant.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { SourceProblem } from "./prometheus-answer.ts";
import type { PrometheusApi } from "./prometheus-api.ts";

/** A time of the controller, with the moment of the process at which it was read. */
export interface LocalTime {
  readonly now: Instant;
  readonly monotonic: Duration;
}

interface Known {
  readonly offset: Duration;
  readonly at: Duration;
}

/** How long a measured difference is used; clocks that are disciplined drift by microseconds in that time. */
const VALID = seconds(10);
const MOST_ADDRESSES = 256;

/**
 * The difference between a source's clock and the controller's, measured by the source's own `time()`.
 * Sample times are the source's; comparing them with ours directly would judge another version's requests,
 * or call fresh data stale, by whatever the two clocks differ.
 */
export class SourceClock {
  readonly #api: PrometheusApi;
  readonly #monotonic: () => Duration;
  readonly #known = new Map<string, Known>();

  constructor(api: PrometheusApi, monotonic: () => Duration) {
    this.#api = api;
    this.#monotonic = monotonic;
  }

  /**
   * How far the source's clock is ahead of ours: at most what it is, plus one round trip. The upper end is
   * taken on purpose: evidence then starts rather a few milliseconds late than before the split was in force.
   */
  async offset(
    address: string,
    local: LocalTime,
    signal: AbortSignal,
  ): Promise<Result<Duration, SourceProblem>> {
    const known = this.#known.get(address);
    if (known !== undefined && this.#monotonic() - known.at < VALID) return ok(known.offset);
    const sent = this.#monotonic();
    const answer = await this.#api.query(address, "time()", signal);
    if (!answer.ok) return answer;
    if (answer.value.type !== "scalar")
      return err({ reason: "NotPrometheus", message: "time() answers with no scalar" });
    const localAtSend = local.now + (sent - local.monotonic);
    const offset = milliseconds(answer.value.value * 1_000 - localAtSend);
    if (this.#known.size >= MOST_ADDRESSES) this.#known.clear();
    this.#known.set(address, { offset, at: sent });
    return ok(offset);
  }
}

/** A time of ours on the source's clock. */
export const toSource = (at: Instant, offset: Duration): Instant => instant(at + offset);
/** A time of the source on our clock. */
export const toLocal = (at: Instant, offset: Duration): Instant => instant(at - offset);
