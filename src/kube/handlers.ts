import type { Change } from "./object-store.ts";

/** Is told each change once, in order. It should only note a key; a slow handler delays every event behind it. */
export type ChangeHandler<T> = (change: Change<T>) => void;

/** Calls handlers so that one which throws harms neither the watch nor the others. */
export class Handlers<T> {
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #onError: (cause: unknown) => void;

  constructor(onError: (cause: unknown) => void) {
    this.#onError = onError;
  }

  /** @returns what takes the handler out again */
  add(handler: ChangeHandler<T>): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  tell(change: Change<T>): void {
    for (const handler of this.#handlers) this.tellOne(handler, change);
  }

  tellOne(handler: ChangeHandler<T>, change: Change<T>): void {
    try {
      // A handler may turn out to be async despite its type; its rejection must not end the process.
      const outcome: unknown = handler(change);
      if (outcome instanceof Promise) outcome.catch(this.#onError);
    } catch (cause) {
      this.#onError(cause);
    }
  }
}
