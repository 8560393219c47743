import { type Duration, minutes } from "../base/duration.ts";
import { Turns } from "../base/turns.ts";
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
  /** How many of them one group may have; default all but one, so that none can keep the others out. */
  readonly perGroup?: number;
  /** A worker ends after so many requests; Pulumi's SDK keeps some memory of each run. */
  readonly recycleAfter?: number;
  /** A worker that uses more than this many MiB after a request ends. */
  readonly rssLimit?: number;
  /** Idle workers end after this time. */
  readonly idle?: Duration;
}

/** For whom a worker is, and how long it is waited for. */
export interface Claim {
  /** Groups take turns. */
  readonly group?: string;
  readonly signal?: AbortSignal;
  /** Called when it has to be waited for. */
  readonly onWait?: () => void;
}

interface Waiter<W> {
  readonly source: ProgramSource | undefined;
  readonly group: string;
  readonly resolve: (worker: W) => void;
  readonly reject: (error: Error) => void;
}

const MIB = 1024 * 1024;

/** A bounded number of worker processes, kept warm while they are used. Groups take turns, each in its own order. */
export class Pool<W extends PooledWorker> {
  readonly #options: Required<PoolOptions<W>>;
  readonly #idle: W[] = [];
  readonly #busy = new Map<W, string>();
  readonly #ending = new Set<Promise<void>>();
  readonly #waiting: Turns<Waiter<W>>;
  #timer: Cancel | undefined;
  #closed = false;

  constructor(options: PoolOptions<W>) {
    const perGroup = Math.max(1, options.size - 1);
    this.#options = { recycleAfter: 50, rssLimit: 450, idle: minutes(5), perGroup, ...options };
    this.#waiting = new Turns(this.#options.perGroup);
  }

  /** Starts a worker beforehand when there is none, so that the next request need not wait for it. */
  warm(): void {
    if (this.#closed || this.#idle.length + this.#busy.size > 0) return;
    this.#idle.push(this.#options.start());
    this.#startIdleTimer();
  }

  /** A worker of one's own until `release`. Rejects with the signal's reason, or when the pool closes. */
  acquire(source: ProgramSource | undefined, { group = "", signal, onWait }: Claim = {}): Promise<W> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.#closed) return Promise.reject(new Error("the pool is closed"));
    return new Promise((resolve, reject) => {
      const waiter: Waiter<W> = { source, group, resolve, reject };
      signal?.addEventListener("abort", () => this.#giveUp(waiter, signal.reason as Error), { once: true });
      this.#waiting.add(group, waiter, undefined);
      this.#serve();
      if (this.#waiting.has(group, waiter)) onWait?.();
    });
  }

  /** Gives a worker back; one that is dead, old or large is replaced when needed. */
  release(worker: W): void {
    const group = this.#busy.get(worker);
    if (group === undefined) return;
    this.#busy.delete(worker);
    this.#waiting.done(group);
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
    for (const waiter of this.#waiting.values()) waiter.reject(new Error("the pool is closed"));
    this.#waiting.clear();
    for (const worker of [...this.#idle.splice(0), ...this.#busy.keys()]) this.#end(worker);
    this.#busy.clear();
    await Promise.all(this.#ending);
  }

  #serve(): void {
    while (this.#busy.size < this.#options.size) {
      const turn = this.#waiting.take();
      if (turn === undefined) return;
      const worker = this.#take(turn.item.source);
      this.#busy.set(worker, turn.group);
      turn.item.resolve(worker);
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
    if (!this.#waiting.has(waiter.group, waiter)) return;
    this.#waiting.delete(waiter.group, waiter);
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
