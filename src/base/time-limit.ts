import type { Duration } from "./duration.ts";

/** Node turns a longer delay into 1 ms. */
const LONGEST_TIMER = 2_147_483_647;

/**
 * A signal that ends with its parent or after a time, and whose timer does not outlive the request: with
 * `AbortSignal.timeout` each of thousands of answered requests would keep one until it fires for nobody.
 */
export class TimeLimit implements Disposable {
  readonly #abort = new AbortController();
  readonly #parent: AbortSignal;
  readonly #stop = (): void => this.#abort.abort(this.#parent.reason);
  readonly #timer: NodeJS.Timeout;
  /** The time is over. */
  late = false;

  constructor(parent: AbortSignal, time: Duration) {
    this.#parent = parent;
    if (parent.aborted) this.#stop();
    else parent.addEventListener("abort", this.#stop, { once: true });
    this.#timer = setTimeout(
      () => {
        this.late = true;
        this.#abort.abort();
      },
      Math.min(time, LONGEST_TIMER),
    );
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener("abort", this.#stop);
  }
}
