/** `Stacks` with real Pulumi: worker processes, a Lease per stack, short-lived tokens. */
import { type Duration, milliseconds, seconds } from "../base/duration.ts";
import type { Cancel, Clock } from "../ports/clock.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { ProgramInfo, StackOutcome, StackRequest, Stacks } from "../ports/stacks.ts";
import { prepareHome, workerEnvironment } from "./environment.ts";
import { Pool } from "./pool.ts";
import { ProgramInfos } from "./program-infos.ts";
import { checkRequest } from "./request.ts";
import { type RunContext, runRequest } from "./run-request.ts";
import type { StackRunnerOptions } from "./runner-options.ts";
import { removeScratch } from "./scratch.ts";
import { WorkerProcess } from "./worker-process.ts";

/** What is kept of an operation, which is long after it has settled: nothing of what was asked for. */
interface Entry {
  /** While it waits or runs. */
  stop?: AbortController;
  outcome: StackOutcome;
}

/** Settled operations that are remembered, so that asking again starts nothing. */
const REMEMBERED = 2_000;
/** Requests that may run or wait at a time, over all stacks and in one namespace. */
const [MOST_WAITING, MOST_OF_ONE] = [2_000, 500];
const HEAP_MIB = 384;
const WAITS = "waits for its turn, the stack workers that its namespace may have are busy";

export class StackRunner implements Stacks {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #pool: Pool<WorkerProcess>;
  readonly #context: RunContext;
  readonly #infos: ProgramInfos;
  readonly #entries = new Map<string, Entry>();
  readonly #tails = new Map<string, Promise<void>>();
  readonly #listeners = new Set<(key: string) => void>();
  #running = 0;
  readonly #runningIn = new Map<string, number>();
  #closed = false;

  constructor(options: StackRunnerOptions) {
    const { clock, log = silentLog, paths } = options;
    this.#clock = clock;
    this.#log = log;
    const env = workerEnvironment(paths);
    removeScratch(env.TMPDIR ?? "");
    prepareHome(paths);
    this.#pool = new Pool({
      clock,
      size: options.workers ?? 3,
      ...(options.recycleAfter === undefined ? {} : { recycleAfter: options.recycleAfter }),
      ...(options.idle === undefined ? {} : { idle: options.idle }),
      start: () =>
        new WorkerProcess({
          env,
          heap: HEAP_MIB,
          onOutput: (text) => log.debug({ text: text.slice(0, 2_000) }, "a stack worker printed something"),
        }),
    });
    this.#context = { pool: this.#pool, options: { ...options, log } };
    this.#infos = new ProgramInfos(this.#pool, options.programFolders ?? []);
  }

  ensure(request: StackRequest): StackOutcome {
    const known = this.#entries.get(request.key);
    if (known) return known.outcome;
    const refused = this.#refuse(request);
    const entry: Entry = { outcome: refused ?? { state: "running" } };
    this.#remember(request.key, entry);
    if (refused) queueMicrotask(() => this.#tell(request.key));
    else this.#start(request, entry);
    return entry.outcome;
  }

  outcome(key: string): StackOutcome | undefined {
    return this.#entries.get(key)?.outcome;
  }

  cancel(key: string): void {
    this.#entries.get(key)?.stop?.abort("cancelled");
  }

  program(name: string, values: Readonly<Record<string, unknown>>, namespace?: string): Promise<ProgramInfo> {
    return this.#infos.read(name, values, namespace);
  }

  onSettled(listener: (key: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Starts a worker beforehand; the first operation then need not wait the second or so that it takes. */
  warm(): void {
    this.#pool.warm();
  }

  async close(grace: Duration): Promise<void> {
    this.#closed = true;
    for (const { stop } of this.#entries.values()) stop?.abort("cancelled");
    const settled = Promise.all(this.#tails.values());
    const late = Promise.withResolvers<void>();
    const cancel = this.#clock.after(grace, late.resolve);
    await Promise.race([settled, late.promise]);
    cancel();
    await this.#pool.close();
    await settled;
  }

  #refuse(request: StackRequest): StackOutcome | undefined {
    const message = checkRequest(request);
    if (message !== undefined) return { state: "failed", class: "invalid", message, retry: "never" };
    if (this.#closed)
      return { state: "failed", class: "cancelled", message: "the controller is stopping", retry: "soon" };
    const { namespace } = request.serviceAccount;
    const [most, where] =
      (this.#runningIn.get(namespace) ?? 0) >= MOST_OF_ONE
        ? [MOST_OF_ONE, ` of namespace ${namespace}`]
        : [MOST_WAITING, ""];
    if (where === "" && this.#running < MOST_WAITING) return undefined;
    const full = `${most} stack operations${where} are waiting already`;
    return { state: "failed", class: "timeout", message: full, retry: "soon" };
  }

  /** One after the other on each stack; side by side on different ones, as far as there are workers. */
  #start(request: StackRequest, entry: Entry): void {
    const stop = new AbortController();
    entry.stop = stop;
    const before = this.#tails.get(request.stack) ?? Promise.resolve();
    this.#count(request, 1);
    const limit = (): Cancel => this.#clock.after(request.deadline, () => stop.abort("deadline"));
    let deadline = limit();
    const started = this.#clock.monotonic();
    const tail = before
      .then(() =>
        runRequest(this.#context, request, {
          signal: stop.signal,
          onTurn: (waits) => {
            // The time that others take is not its own; theirs has a limit too.
            deadline();
            if (!waits) deadline = limit();
            entry.outcome = { state: "running", ...(waits ? { waits: WAITS } : {}) };
            this.#tell(request.key);
          },
        }),
      )
      .then((result) => {
        deadline();
        delete entry.stop;
        const took = milliseconds(this.#clock.monotonic() - started);
        entry.outcome = result.state === "succeeded" ? { ...result, took } : result;
        this.#context.options.metrics?.operationDone({
          operation: request.operation,
          outcome: result.state === "failed" ? result.class : result.state,
          took,
        });
        this.#count(request, -1);
        if (this.#tails.get(request.stack) === tail) this.#tails.delete(request.stack);
        this.#tell(request.key);
      });
    this.#tails.set(request.stack, tail);
  }

  #count({ serviceAccount: { namespace } }: StackRequest, by: 1 | -1): void {
    this.#running += by;
    const left = (this.#runningIn.get(namespace) ?? 0) + by;
    if (left > 0) this.#runningIn.set(namespace, left);
    else this.#runningIn.delete(namespace);
  }

  #remember(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    if (this.#entries.size <= REMEMBERED + MOST_WAITING) return;
    for (const [oldest, old] of this.#entries) {
      if (old.outcome.state !== "running") {
        this.#entries.delete(oldest);
        return;
      }
    }
  }

  #tell(key: string): void {
    for (const listener of this.#listeners) {
      try {
        listener(key);
      } catch (error) {
        this.#log.error({ key, error: String(error) }, "a listener of settled stack operations failed");
      }
    }
  }
}

/** Time that a cancelled operation has for its orderly end. */
export const DEFAULT_GRACE: Duration = seconds(20);
