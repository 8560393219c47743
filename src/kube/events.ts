import { minutes, seconds } from "../base/duration.ts";
import type { Instant } from "../base/instant.ts";
import { Turns } from "../base/turns.ts";
import type { Clock } from "../ports/clock.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { KubeClient } from "./client.ts";
import {
  EVENTS,
  type EventObject,
  type Happening,
  type Regarding,
  type Reporter,
  renderEvent,
  renderRepeat,
  seriesKey,
} from "./event-series.ts";
import type { KubeError } from "./kube-error.ts";
import { type KubeMetrics, noMetrics } from "./metrics.ts";
import { sleep } from "./sleep.ts";
import { type Rate, TokenBucket } from "./token-bucket.ts";

export interface EventSinkOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly log?: Log;
  readonly metrics?: KubeMetrics;
  /** How much one object may have; default a burst of 25, then one in 30 s. */
  readonly rate?: Rate;
  /** How much one namespace may have; default a burst of 200, then one a second. */
  readonly namespaceRate?: Rate;
}

interface Series {
  readonly event: EventObject;
  count: number;
  lastAt: Instant;
  /** The count that the server knows. */
  stored: number;
  lastSeen: number;
  queued: boolean;
}

const RATE: Rate = { burst: 25, every: seconds(30) };
const NAMESPACE_RATE: Rate = { burst: 200, every: seconds(1) };
/** After this long without a repeat the same happening is news again. */
const SERIES_ENDS = minutes(6);
const [MOST_SERIES, MOST_OBJECTS, ATTEMPTS] = [2_000, 1_000, 3];
/** Waiting of one namespace, and of all: one that fills its own share drops nothing of another's. */
const [MOST_OF_ONE, MOST_QUEUED] = [100, 1_000];
const PAUSE = seconds(1);

/**
 * Writes Events in the background: repeats become a series, each object and each namespace has a rate, namespaces take
 * turns, and everything is bounded. An event that can't be written is dropped and counted; nothing waits for it, because the record is kept elsewhere.
 */
export class EventSink {
  readonly #options: EventSinkOptions;
  readonly #series = new Map<string, Series>();
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #queue = new Turns<Series>();
  readonly #stop = new AbortController();
  #writing: Promise<void> | undefined;

  constructor(options: EventSinkOptions) {
    this.#options = options;
  }

  /** Never throws and never waits. */
  publish(happening: Happening): void {
    if (this.#stop.signal.aborted) return;
    const { clock, reporter } = this.#options;
    const [key, now, monotonic] = [seriesKey(happening), clock.now(), clock.monotonic()];
    const known = this.#series.get(key);
    this.#series.delete(key);
    const series =
      known && monotonic - known.lastSeen < SERIES_ENDS
        ? known
        : {
            event: renderEvent(happening, reporter, now),
            count: 0,
            stored: 0,
            lastAt: now,
            lastSeen: monotonic,
            queued: false,
          };
    series.count += 1;
    series.lastAt = now;
    series.lastSeen = monotonic;
    keepNewest(this.#series, key, series, MOST_SERIES);
    if (series.queued) return;
    const { namespace = "" } = happening.regarding;
    if (!this.#mayHave(happening.regarding)) this.#drop("rate");
    else if (this.#queue.size >= MOST_QUEUED || this.#queue.waiting(namespace) >= MOST_OF_ONE)
      this.#drop("full");
    else {
      series.queued = true;
      this.#queue.add(namespace, series, undefined);
      this.#writing ??= this.#write();
    }
  }

  /** Resolves when everything published so far is written or dropped. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** Drops what waits. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#writing;
  }

  async #write(): Promise<void> {
    for (let turn = this.#queue.take(); turn; turn = this.#queue.take()) {
      const series = turn.item;
      series.queued = false;
      const error = await this.#store(series);
      if (this.#stop.signal.aborted) break;
      if (error === undefined) continue;
      const { kind, message } = error;
      (this.#options.log ?? silentLog).debug(
        { kind, detail: message, reason: series.event.reason },
        "an Event was dropped",
      );
      this.#drop("failed");
    }
    this.#writing = undefined;
  }

  /** @returns why it could not be stored */
  async #store(series: Series): Promise<KubeError | undefined> {
    const { clock } = this.#options;
    const signal = this.#stop.signal;
    for (let attempt = 1; ; attempt++) {
      const count = series.count;
      const error = await this.#send(series, count);
      if (error === undefined) {
        series.stored = count;
        return undefined;
      }
      // The series' first event has been deleted (they live an hour): begin it anew.
      if (error.kind === "notFound" && series.stored > 0) series.stored = 0;
      else if (error.retry !== "soon" || attempt >= ATTEMPTS) return error;
      if (attempt >= ATTEMPTS || !(await sleep(clock, error.retryAfter ?? PAUSE, signal))) return error;
    }
  }

  async #send(series: Series, count: number): Promise<KubeError | undefined> {
    const { client } = this.#options;
    const { event } = series;
    const signal = this.#stop.signal;
    if (series.stored === 0) {
      const made = await client.create(EVENTS, event, { signal });
      if (!made.ok && made.error.kind !== "alreadyExists") return made.error;
      if (count === 1) return undefined;
    }
    const again = await client.mergePatch(EVENTS, event.metadata, renderRepeat(count, series.lastAt), {
      signal,
    });
    return again.ok ? undefined : again.error;
  }

  /** Both the object and its namespace have to have some of their rate left. */
  #mayHave({ kind, namespace = "", name }: Regarding): boolean {
    const { rate = RATE, namespaceRate = NAMESPACE_RATE } = this.#options;
    return (
      this.#bucketOf(`${kind}/${namespace}/${name}`, rate).take() &&
      this.#bucketOf(`/${namespace}`, namespaceRate).take()
    );
  }

  #bucketOf(key: string, rate: Rate): TokenBucket {
    const known = this.#buckets.get(key);
    this.#buckets.delete(key);
    const bucket = known ?? new TokenBucket(rate, () => this.#options.clock.monotonic());
    keepNewest(this.#buckets, key, bucket, MOST_OBJECTS);
    return bucket;
  }

  #drop(why: "rate" | "full" | "failed"): void {
    (this.#options.metrics ?? noMetrics).eventDropped(why);
  }
}

/** A map in order of use that forgets what was not used for longest. */
function keepNewest<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
