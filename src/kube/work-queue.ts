import { type Duration, milliseconds, seconds } from "../base/duration.ts";
import { between, type Instant } from "../base/instant.ts";
import type { Clock } from "../ports/clock.ts";
import { type Log, silentLog } from "../ports/log.ts";
import { type BackoffRange, backoffDelay, jitteredRetryAfter, type Random } from "./backoff.ts";
import { DelayedKeys } from "./delayed-keys.ts";
import { type KubeMetrics, noMetrics } from "./metrics.ts";
import { moreUrgent, type ReadyKey, ReadyKeys, type Urgency } from "./ready-keys.ts";

/** How a run of a key ended. */
export type Outcome =
  /** In order. With `wakeAfter` the key is looked at again then, even if nothing happens to it. */
  | { readonly kind: "done"; readonly wakeAfter?: Duration | undefined }
  /** Try again with back-off; `retryAfter` is the least wait. */
  | { readonly kind: "retry"; readonly retryAfter?: Duration | undefined }
  /** No retry makes sense until the object, or one that it refers to, changes. */
  | { readonly kind: "terminal" };

/** Looks at one key. `signal` is aborted when a drain runs out of time. A rejection counts as `retry` and is logged. */
export type Worker<K> = (key: K, signal: AbortSignal) => Promise<Outcome>;

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** What `wakeAt` times are compared with; default: the clock's wall time. Bascule gives the API server's. */
  readonly now?: () => Instant;
  readonly random?: Random;
  readonly log?: Log;
  readonly metrics?: KubeMetrics;
  /** How many keys run at the same time; default 4. */
  readonly workers?: number;
  readonly backoff?: BackoffRange;
}

export interface AddOptions {
  readonly urgency?: Urgency;
  /** The key's spec changed: forget its failures and run now. Any other add waits for the end of a back-off. */
  readonly resetBackoff?: boolean;
}

const BACKOFF: BackoffRange = { first: milliseconds(50), ceiling: seconds(30) };

/**
 * A queue of keys, never of objects or events: each key is in it once, never runs twice at the same time, and runs once
 * more when it was added while it ran. A failing key waits by itself; the others are not delayed. Namespaces take turns.
 */
export class WorkQueue<K extends string> {
  readonly #options: WorkQueueOptions;
  readonly #ready = new ReadyKeys<K>();
  readonly #running = new Set<K>();
  /** Added while running: the more urgent of the adds, and whether one of them reset the back-off. */
  readonly #dirty = new Map<K, { readonly urgency: Urgency; readonly reset: boolean }>();
  /** Forgotten while running: what the run says about itself no longer counts. */
  readonly #forgotten = new Set<K>();
  readonly #failures = new Map<K, number>();
  readonly #wakeUps: DelayedKeys<K>;
  readonly #backoffs: DelayedKeys<K>;
  readonly #abort = new AbortController();
  #worker: Worker<K> | undefined;
  #closed = false;
  #idle: (() => void) | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#wakeUps = new DelayedKeys(options.clock, (key, due) => {
      if (!this.#backoffs.has(key)) this.#enqueue(key, "live", false, due);
    });
    this.#backoffs = new DelayedKeys(options.clock, (key, due) => this.#enqueue(key, "live", false, due));
  }

  /** Says that the key needs a look. */
  add(key: K, options: AddOptions = {}): void {
    if (this.#closed) return;
    const reset = options.resetBackoff === true;
    if (reset) {
      this.#failures.delete(key);
      this.#backoffs.delete(key);
    } else if (this.#backoffs.has(key)) return;
    this.#enqueue(key, options.urgency ?? "live", reset);
  }

  /** Wakes the key after `delay` on the monotonic clock. Of several times the earliest holds; it survives adds and runs before it. */
  wakeAfter(key: K, delay: Duration): void {
    if (!this.#closed) this.#wakeUps.set(key, delay);
  }

  /** As `wakeAfter`, at a time of the queue's `now`. */
  wakeAt(key: K, at: Instant): void {
    const now = this.#options.now?.() ?? this.#options.clock.now();
    this.wakeAfter(key, between(now, at));
  }

  /** The object is gone: no state of its key stays. A run under way finishes and leaves nothing behind. */
  forget(key: K): void {
    this.#ready.delete(key);
    this.#dirty.delete(key);
    this.#failures.delete(key);
    this.#wakeUps.delete(key);
    this.#backoffs.delete(key);
    if (this.#running.has(key)) this.#forgotten.add(key);
  }

  /** Hands keys out from now on; before, they only gather. To be called when every reflector has synced. */
  start(worker: Worker<K>): void {
    if (this.#worker) throw new Error("the queue has a worker already");
    this.#worker = worker;
    this.#pump();
  }

  /** Takes nothing new and waits for what runs. @returns whether it all ended within `deadline`; the rest is told to abort */
  async drain(deadline: Duration): Promise<boolean> {
    this.#closed = true;
    this.#ready.clear();
    this.#dirty.clear();
    this.#failures.clear();
    this.#wakeUps.clear();
    this.#backoffs.clear();
    if (this.#running.size === 0) return true;
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(deadline, () => {
        this.#idle = undefined;
        this.#abort.abort();
        resolve(false);
      });
      this.#idle = () => {
        cancel();
        resolve(true);
      };
    });
  }

  /** What metrics show. `oldest` is how long the first key has been waiting, `state` how many keys leave any trace. */
  get stats(): {
    readonly ready: number;
    readonly running: number;
    readonly waking: number;
    readonly failing: number;
    readonly oldest: Duration;
    readonly state: number;
  } {
    const { oldest } = this.#ready;
    const [ready, running, waking, failing] = [
      this.#ready.size,
      this.#running.size,
      this.#wakeUps.size,
      this.#failures.size,
    ];
    return {
      ready,
      running,
      waking,
      failing,
      oldest: milliseconds(oldest === undefined ? 0 : this.#options.clock.monotonic() - oldest),
      state:
        ready + running + waking + failing + this.#dirty.size + this.#backoffs.size + this.#forgotten.size,
    };
  }

  /** `due`: since when it is to be looked at; default: now. */
  #enqueue(key: K, urgency: Urgency, reset = false, due: Duration = this.#options.clock.monotonic()): void {
    if (this.#closed) return;
    if (this.#running.has(key)) {
      const before = this.#dirty.get(key);
      const most = moreUrgent(urgency, before?.urgency);
      this.#dirty.set(key, { urgency: most, reset: reset || before?.reset === true });
      return;
    }
    this.#ready.add(key, urgency, due);
    this.#pump();
  }

  #pump(): void {
    const worker = this.#worker;
    if (!worker) return;
    while (!this.#closed && this.#running.size < (this.#options.workers ?? 4)) {
      const next = this.#ready.take();
      if (!next) return;
      this.#running.add(next.key);
      void this.#run(worker, next);
    }
  }

  async #run(worker: Worker<K>, { key, since, urgency }: ReadyKey<K>): Promise<void> {
    const { clock, metrics = noMetrics, log = silentLog } = this.#options;
    const started = clock.monotonic();
    let outcome: Outcome;
    try {
      outcome = await worker(key, this.#abort.signal);
    } catch (cause) {
      log.error({ key, err: cause }, "a run ended with an exception and is tried again");
      outcome = { kind: "retry" };
    }
    const [waited, took] = [milliseconds(started - since), milliseconds(clock.monotonic() - started)];
    metrics.queueRun({ urgency, outcome: outcome.kind, waited, took });
    this.#running.delete(key);
    if (!this.#closed) this.#settle(key, outcome);
    if (this.#running.size === 0) this.#idle?.();
    this.#pump();
  }

  #settle(key: K, outcome: Outcome): void {
    const again = this.#dirty.get(key);
    this.#dirty.delete(key);
    // What a run found out about an object that is gone, or about a spec that has changed since, says nothing of the next.
    const outdated = this.#forgotten.delete(key) || again?.reset === true;
    if (!outdated) this.#remember(key, outcome);
    if (again && !this.#backoffs.has(key)) this.#enqueue(key, again.urgency);
  }

  #remember(key: K, outcome: Outcome): void {
    if (outcome.kind === "retry") {
      this.#retry(key, outcome.retryAfter);
      return;
    }
    this.#failures.delete(key);
    if (outcome.kind === "terminal") this.#wakeUps.delete(key);
    else if (outcome.wakeAfter !== undefined) this.wakeAfter(key, outcome.wakeAfter);
  }

  #retry(key: K, retryAfter: Duration | undefined): void {
    const { metrics = noMetrics, random = Math.random, backoff = BACKOFF } = this.#options;
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    metrics.queueRetry();
    const own = backoffDelay(failures, backoff, random);
    const wait =
      retryAfter !== undefined && retryAfter > own
        ? jitteredRetryAfter(retryAfter, backoff.first, random)
        : own;
    this.#backoffs.set(key, wait);
  }
}
