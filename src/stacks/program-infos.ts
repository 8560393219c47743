import { type Duration, seconds } from "../base/duration.ts";
import { digestOf } from "../base/json.ts";
import type { ProgramInfo } from "../ports/stacks.ts";
import type { ProgramSource } from "./messages.ts";
import type { Claim } from "./pool.ts";
import { findProgram } from "./program-folders.ts";
import { WorkerGone, type WorkerProcess } from "./worker-process.ts";

const REMEMBERED = 500;
const DEADLINE = seconds(30);

/** As much of a pool of workers as questions about programs need. */
export interface InfoPool {
  acquire(source: ProgramSource, claim: Claim): Promise<InfoWorker>;
  release(worker: InfoWorker): void;
}
type InfoWorker = Pick<WorkerProcess, "inspect" | "kill">;

/** What is known of programs for given values; asked of a worker once for each pair of digest and values. */
export class ProgramInfos {
  readonly #pool: InfoPool;
  readonly #deadline: Duration;
  readonly #folders: readonly string[];
  readonly #known = new Map<string, Promise<ProgramInfo>>();

  constructor(pool: InfoPool, folders: readonly string[], deadline: Duration = DEADLINE) {
    this.#pool = pool;
    this.#folders = folders;
    this.#deadline = deadline;
  }

  /** For a namespace, whose turn it has to be. Never throws; what can't be known is an answer that says why. */
  async read(
    name: string,
    values: Readonly<Record<string, unknown>>,
    namespace?: string,
  ): Promise<ProgramInfo> {
    const found = await findProgram(name, this.#folders);
    if (!found.ok) return { ok: false, message: found.error };
    const key = digestOf([found.value, values]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const info = this.#ask(found.value, values, namespace);
    this.#known.set(key, info);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break;
      this.#known.delete(oldest);
    }
    try {
      return await info;
    } catch (error) {
      // Perhaps the worker's fault, or that of a busy machine, and not the program's: the next call asks again.
      this.#known.delete(key);
      return { ok: false, message: error instanceof Error ? error.message : String(error), retry: true };
    }
  }

  async #ask(
    source: ProgramSource,
    values: Readonly<Record<string, unknown>>,
    group?: string,
  ): Promise<ProgramInfo> {
    const deadline = AbortSignal.timeout(this.#deadline);
    const late = (): Error =>
      new Error(`program ${source.name} did not load within ${this.#deadline / 1000} s`);
    const claim = { signal: deadline, ...(group === undefined ? {} : { group }) };
    const worker = await this.#pool.acquire(source, claim).catch((error: unknown) => {
      throw deadline.aborted ? late() : error;
    });
    const kill = (): void => void worker.kill();
    deadline.addEventListener("abort", kill, { once: true });
    try {
      const answer = await worker.inspect(source, values);
      return answer.ok
        ? {
            ok: true,
            name: source.name,
            digest: source.digest,
            ports: answer.ports,
            ...(answer.shared ? { shared: true } : {}),
          }
        : { ok: false, message: answer.message };
    } catch (error) {
      throw error instanceof WorkerGone && deadline.aborted ? late() : error;
    } finally {
      deadline.removeEventListener("abort", kill);
      this.#pool.release(worker);
    }
  }
}
