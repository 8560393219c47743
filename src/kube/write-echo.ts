import { type Duration, milliseconds, renderDuration, seconds } from "../base/duration.ts";
import type { Cancel, Clock } from "../ports/clock.ts";
import { type Log, silentLog } from "../ports/log.ts";
import { isOlder, type VersionedObject } from "./own-writes.ts";

/** How long a watch has to show what was written; doubled while beginning it again does not help: then the server is slow. */
const FIRST_LIMIT = seconds(5);
const LONGEST_LIMIT = seconds(80);

export interface WriteEchoOptions {
  readonly clock: Clock;
  readonly log?: Log;
  /** What the watch shows of an object now. */
  readonly shown: (object: VersionedObject) => VersionedObject | undefined;
  /** Begins watches again that have been silent for so long. */
  readonly renew: (silent: Duration) => void;
}

interface Expected {
  readonly object: VersionedObject;
  /** Monotonic. */
  readonly since: Duration;
}

/**
 * Holds a watch against what the API server answered, mostly to our own writes: one that does not show them has gone
 * deaf, which silence alone tells only after minutes, and others may have gone the same way with it. Of all answers
 * three at most are waited for: the present one, the first after it and the last.
 */
export class WriteEcho {
  readonly #options: WriteEchoOptions;
  #limit: Duration = FIRST_LIMIT;
  #cancel: Cancel | undefined;
  #next: readonly Expected[] = [];

  constructor(options: WriteEchoOptions) {
    this.#options = options;
  }

  /** Takes note of an object as the API server answered it. */
  expect(object: VersionedObject): void {
    const expected = { object, since: this.#options.clock.monotonic() };
    if (this.#cancel !== undefined) this.#next = [...this.#next.slice(0, 1), expected];
    else this.#wait(expected);
  }

  /** Waits for nothing any more. */
  stop(): void {
    this.#cancel?.();
    this.#next = [];
  }

  #wait({ object, since }: Expected): void {
    const { clock } = this.#options;
    const rest = Math.max(0, since + this.#limit - clock.monotonic());
    this.#cancel = clock.after(milliseconds(rest), () => this.#look(object));
  }

  #look(object: VersionedObject): void {
    const { log = silentLog, shown, renew } = this.#options;
    const there = shown(object);
    const isDeaf =
      there !== undefined && there.metadata.uid === object.metadata.uid && isOlder(there, object);
    if (isDeaf) {
      const { namespace, name } = object.metadata;
      const fields = { namespace, name, after: renderDuration(this.#limit) };
      log.warn(
        fields,
        "a watch does not show what the API server has; those that are silent are begun again",
      );
      renew(this.#limit);
    }
    this.#limit = isDeaf ? milliseconds(Math.min(2 * this.#limit, LONGEST_LIMIT)) : FIRST_LIMIT;
    this.#cancel = undefined;
    const [next, ...others] = this.#next;
    this.#next = others;
    if (next !== undefined) this.#wait(next);
  }
}
