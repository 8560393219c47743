import { type Duration, minutes } from "../base/duration.ts";
import type { Cancel, Clock } from "../ports/clock.ts";
import type { ProgramSource } from "./messages.ts";

/** What the pool needs to know of a worker. */
export interface PooledWorker {
  readonly isAlive: boolean;
  readonly served: number;
  readonly rss: number;
  readonly hasFailed: boolean;
  isStaleFor(source: ProgramSource | undefined): boolean;
  kill(): Promise<void>;
}

export interface PoolOptions<W extends PooledWorker> {
  readonly clock: Clock;
  readonly start: () => W;
  /** Workers at a time; each may use about 400 MB with CLI and provider. */
  readonly size: number;
  /** A worker ends after so many requests; Pulumi's SDK keeps some memory of each run. */
  readonly recycleAfter?: number;
  /** A worker that uses more than this many MiB after a request ends. */
  readonly rssLimit?: number;
  /** Idle workers end after this time. */
  readonly idle?: Duration;
}

interface Waiter<W> {
  readonly source: ProgramSource | undefined;
  readonly resolve: (worker: W) => void;
  readonly reject: (error: Error) => void;
}

const MIB = 1024 * 1024;

/** A bounded number of worker processes, kept warm while they are used. Waiting requests are served in order. */
export class Pool<W extends PooledWorker> {
  readonly #options: Required<PoolOptions<W>>;
  readonly #idle: W[] = [];
  readonly #busy = new Set<W>();
  readonly #ending = new Set<Promise<void>>();
  readonly #waiting: Waiter<W>[] = [];
  #timer: Cancel | undefined;
  #closed = false;

  constructor(options: PoolOptions<W>) {
    this.#options = { recycleAfter: 50, rssLimit: 450, idle: minutes(5), ...options };
  }

  /** Starts a worker beforehand when there is none, so that the next request need not wait for it. */
  warm(): void {
    if (this.#closed || this.#idle.length + this.#busy.size > 0) return;
    this.#idle.push(this.#options.start());
    this.#startIdleTimer();
  }

  /** A worker of one's own until `release`. Rejects with the signal's reason, or when the pool closes. */
  acquire(source: ProgramSource | undefined, signal?: AbortSignal): Promise<W> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.#closed) return Promise.reject(new Error("the pool is closed"));
    return new Promise((resolve, reject) => {
      const waiter: Waiter<W> = { source, resolve, reject };
      signal?.addEventListener("abort", () => this.#giveUp(waiter, signal.reason as Error), { once: true });
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** Gives a worker back; one that is dead, old or large is replaced when needed. */
  release(worker: W): void {
    if (!this.#busy.delete(worker)) return;
    const { recycleAfter, rssLimit } = this.#options;
    const worn = worker.served >= recycleAfter || worker.rss > rssLimit * MIB || worker.hasFailed;
    if (this.#closed || worn || !worker.isAlive) this.#end(worker);
    else this.#idle.push(worker);
    this.#serve();
    this.#startIdleTimer();
  }

  /** Ends all workers, busy ones included, and returns when they are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.();
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new Error("the pool is closed"));
    for (const worker of [...this.#idle.splice(0), ...this.#busy]) this.#end(worker);
    this.#busy.clear();
    await Promise.all(this.#ending);
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#busy.size < this.#options.size) {
      const waiter = this.#waiting.shift();
      if (!waiter) return;
      const worker = this.#take(waiter.source);
      this.#busy.add(worker);
      waiter.resolve(worker);
    }
  }

  #take(source: ProgramSource | undefined): W {
    for (;;) {
      const worker = this.#idle.pop();
      if (worker === undefined) return this.#options.start();
      if (worker.isAlive && !worker.isStaleFor(source)) return worker;
      this.#end(worker);
    }
  }

  #giveUp(waiter: Waiter<W>, reason: Error): void {
    const at = this.#waiting.indexOf(waiter);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    waiter.reject(reason);
  }

  #end(worker: W): void {
    const ending = worker.kill().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #startIdleTimer(): void {
    this.#timer?.();
    if (this.#closed || this.#idle.length === 0) return;
    this.#timer = this.#options.clock.after(this.#options.idle, () => {
      for (const worker of this.#idle.splice(0)) this.#end(worker);
    });
  }
}
