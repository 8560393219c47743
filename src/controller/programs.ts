import { type Duration, seconds } from "../base/duration.ts";
import { digestOf, sameJson } from "../base/json.ts";
import type { ProgramInfo, Stacks } from "../ports/stacks.ts";
import { type PlanKey, splitPlanKey } from "../ports/world.ts";

export interface ProgramReaderOptions {
  readonly stacks: Pick<Stacks, "program">;
  readonly monotonic: () => Duration;
  /** Something new is known of the plan's program. */
  readonly onNews: (key: PlanKey) => void;
}

interface Entry {
  info?: ProgramInfo;
  failure?: { readonly cause: unknown };
  /** When it was asked for; absent while it is being asked for. */
  since?: Duration;
}

/** For how long an answer is not asked for again. */
const FRESH = seconds(5);
const MOST = 1_000;

/**
 * What is known of stack programs, without waiting. To learn it may take a worker process and up to half a minute: a
 * pass that waited would keep back what its plan has to revert, and its place in the queue those of others.
 */
export class ProgramReader {
  readonly #options: ProgramReaderOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: ProgramReaderOptions) {
    this.#options = options;
  }

  /**
   * The last answer; undefined while there is none yet, and then `onNews` comes. An old answer is asked for again
   * in the background. @throws once what the stacks threw
   */
  read(key: PlanKey, name: string, values: Readonly<Record<string, unknown>>): ProgramInfo | undefined {
    const id = `${key}/${digestOf([name, values])}`;
    const entry: Entry = this.#entries.get(id) ?? { since: Number.NEGATIVE_INFINITY as Duration };
    this.#entries.delete(id);
    if (entry.failure !== undefined) throw entry.failure.cause;
    this.#entries.set(id, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MOST) break;
      this.#entries.delete(oldest);
    }
    const { monotonic } = this.#options;
    if (entry.since !== undefined && monotonic() - entry.since >= FRESH) this.#ask(key, entry, name, values);
    return entry.info;
  }

  #ask(key: PlanKey, entry: Entry, name: string, values: Readonly<Record<string, unknown>>): void {
    const { stacks, monotonic, onNews } = this.#options;
    delete entry.since;
    void stacks
      .program(name, values, splitPlanKey(key).namespace)
      .then(
        (info) => {
          const isNews = !sameJson(info, entry.info);
          entry.info = info;
          return isNews;
        },
        (cause: unknown) => {
          entry.failure = { cause };
          return true;
        },
      )
      .then((isNews) => {
        entry.since = monotonic();
        if (isNews) onNews(key);
      });
  }
}
