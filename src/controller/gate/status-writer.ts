import { type Duration, milliseconds, seconds } from "../../base/duration.ts";
import type { Cancel, Clock } from "../../ports/clock.ts";

export interface StatusWriterOptions {
  /** Writes the status as it is at that moment; rejects when it could not be stored. */
  readonly write: () => Promise<void>;
  readonly clock: Clock;
  /** Longest delay of what is not urgent, and the shortest time between two such writes. */
  readonly every: Duration;
  /** From 0 up to, not including, 1: jitter of retries. */
  readonly random: () => number;
  readonly onFailure: (error: unknown, failures: number) => void;
}

const FIRST_RETRY = milliseconds(500);
const LAST_RETRY = seconds(30);

/**
 * Keeps a stored status level with the one in memory: urgent changes at once, others at most every ten
 * seconds, one write at a time, and again after a failure until it is stored.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  #dirty = false;
  #urgent = false;
  #writing: Promise<void> | undefined;
  #failures = 0;
  #retryWait: Duration = FIRST_RETRY;
  #lastWrite: Duration | undefined;
  #timer: Cancel | undefined;
  #stopped = false;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** The status differs from what is stored. */
  changed({ urgent }: { readonly urgent: boolean }): void {
    this.#dirty = true;
    this.#urgent ||= urgent;
    this.#plan();
  }

  /** Writes no more; what is not stored by now is lost, because the object is gone. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.();
  }

  /** One last try to store what is not stored yet, for an orderly end of the process. */
  async flush(): Promise<void> {
    await this.#writing;
    this.#timer?.();
    if (this.#dirty && !this.#stopped) await this.#write();
    this.stop();
  }

  #plan(): void {
    if (this.#stopped || !this.#dirty || this.#writing !== undefined) return;
    this.#timer?.();
    const delay = this.#delay();
    const write = (): void => {
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
        this.#plan();
      });
    };
    if (delay === 0) write();
    else this.#timer = this.#options.clock.after(delay, write);
  }

  /** Counted from the last write, not from this change: changes that keep coming must not put it off. */
  #delay(): Duration {
    if (this.#lastWrite === undefined || (this.#urgent && this.#failures === 0)) return milliseconds(0);
    const wait = this.#failures > 0 ? this.#retryWait : this.#options.every;
    return milliseconds(Math.max(0, this.#lastWrite + wait - this.#options.clock.monotonic()));
  }

  async #write(): Promise<void> {
    this.#dirty = false;
    this.#urgent = false;
    this.#lastWrite = this.#options.clock.monotonic();
    try {
      await this.#options.write();
      this.#failures = 0;
    } catch (error) {
      this.#dirty = true;
      this.#failures += 1;
      const base = Math.min(FIRST_RETRY * 2 ** (this.#failures - 1), LAST_RETRY / 2);
      this.#retryWait = milliseconds(base * (1 + this.#options.random()));
      this.#options.onFailure(error, this.#failures);
    }
  }
}
