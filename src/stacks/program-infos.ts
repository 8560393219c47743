import { seconds } from "../base/duration.ts";
import { digestOf } from "../base/json.ts";
import type { ProgramInfo } from "../ports/stacks.ts";
import type { ProgramSource } from "./messages.ts";
import type { Pool } from "./pool.ts";
import { findProgram } from "./program-folders.ts";
import { WorkerGone, type WorkerProcess } from "./worker-process.ts";

const REMEMBERED = 500;
const DEADLINE = seconds(30);

/** What is known of programs for given values; asked of a worker once for each pair of digest and values. */
export class ProgramInfos {
  readonly #pool: Pool<WorkerProcess>;
  readonly #folders: readonly string[];
  readonly #known = new Map<string, Promise<ProgramInfo>>();

  constructor(pool: Pool<WorkerProcess>, folders: readonly string[]) {
    this.#pool = pool;
    this.#folders = folders;
  }

  /** Never throws; what can't be known is an answer that says why. */
  async read(name: string, values: Readonly<Record<string, unknown>>): Promise<ProgramInfo> {
    const found = await findProgram(name, this.#folders);
    if (!found.ok) return { ok: false, message: found.error };
    const key = digestOf([found.value, values]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const info = this.#ask(found.value, values);
    this.#known.set(key, info);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break;
      this.#known.delete(oldest);
    }
    try {
      return await info;
    } catch (error) {
      // The worker's fault and not the program's: the next call asks again.
      this.#known.delete(key);
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  }

  async #ask(source: ProgramSource, values: Readonly<Record<string, unknown>>): Promise<ProgramInfo> {
    const deadline = AbortSignal.timeout(DEADLINE);
    const worker = await this.#pool.acquire(source, deadline);
    const kill = (): void => void worker.kill();
    deadline.addEventListener("abort", kill, { once: true });
    try {
      const answer = await worker.inspect(source, values);
      return answer.ok
        ? { ok: true, name: source.name, digest: source.digest, ports: answer.ports }
        : { ok: false, message: answer.message };
    } catch (error) {
      if (error instanceof WorkerGone && deadline.aborted)
        throw new Error(`program ${source.name} did not load within ${DEADLINE / 1000} s`);
      throw error;
    } finally {
      deadline.removeEventListener("abort", kill);
      this.#pool.release(worker);
    }
  }
}
