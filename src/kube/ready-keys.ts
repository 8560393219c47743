/** Whether something has just happened to the key, or it merely came up in a first list. */
export type Urgency = "live" | "initial";

/** Of so many keys taken in a row while both kinds wait, one is of a first list: neither kind starves. */
const SHARE_OF_INITIAL = 8;

/** Keys that may run now, each once, first come first served; those of live events go before those of a first list. */
export class ReadyKeys<K> {
  readonly #live = new Map<K, number>();
  readonly #initial = new Map<K, number>();
  #row = 0;

  get size(): number {
    return this.#live.size + this.#initial.size;
  }

  has(key: K): boolean {
    return this.#live.has(key) || this.#initial.has(key);
  }

  /** @param at when it came, for its waiting time; a key that waits already keeps its own, and its place unless it becomes urgent */
  add(key: K, urgency: Urgency, at: number): void {
    if (this.#live.has(key)) return;
    const since = this.#initial.get(key);
    if (urgency === "initial") {
      if (since === undefined) this.#initial.set(key, at);
      return;
    }
    this.#initial.delete(key);
    this.#live.set(key, since ?? at);
  }

  take(): { readonly key: K; readonly since: number } | undefined {
    const initialTurn = this.#row >= SHARE_OF_INITIAL - 1;
    const from =
      this.#live.size === 0 || (initialTurn && this.#initial.size > 0) ? this.#initial : this.#live;
    this.#row = from === this.#live && this.#initial.size > 0 ? this.#row + 1 : 0;
    for (const [key, since] of from) {
      from.delete(key);
      return { key, since };
    }
    return undefined;
  }

  delete(key: K): void {
    this.#live.delete(key);
    this.#initial.delete(key);
  }

  clear(): void {
    this.#live.clear();
    this.#initial.clear();
  }

  /** When the key came that waits longest; undefined when none waits. */
  get oldest(): number | undefined {
    const firsts = [this.#live, this.#initial].flatMap((queue) => {
      const first = queue.values().next();
      return first.done ? [] : [first.value];
    });
    return firsts.length === 0 ? undefined : Math.min(...firsts);
  }
}
