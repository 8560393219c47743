import { type Duration, milliseconds } from "../base/duration.ts";
import type { Cancel, Clock } from "../ports/clock.ts";

interface Item<K> {
  readonly key: K;
  readonly due: number;
}

/**
 * Keys that come due later, one time for each key: the earliest wins. A binary heap behind a single timer,
 * so that ten thousand waiting keys cost one timer. Outdated heap items are skipped when they come up.
 */
export class DelayedKeys<K> {
  readonly #clock: Clock;
  readonly #onDue: (key: K, due: Duration) => void;
  readonly #due = new Map<K, number>();
  #heap: Item<K>[] = [];
  #timer: { readonly due: number; readonly cancel: Cancel } | undefined;

  /** `onDue`: with the time at which the key was to come, which a process without a free moment is late for. */
  constructor(clock: Clock, onDue: (key: K, due: Duration) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#due.size;
  }

  has(key: K): boolean {
    return this.#due.has(key);
  }

  /** Lets the key come due after `delay`, unless it does so earlier already. */
  set(key: K, delay: Duration): void {
    const due = this.#clock.monotonic() + Math.max(0, delay);
    const known = this.#due.get(key);
    if (known !== undefined && known <= due) return;
    this.#due.set(key, due);
    this.#push({ key, due });
    if (this.#heap.length > 64 && this.#heap.length > 2 * this.#due.size) this.#compact();
    this.#arm();
  }

  delete(key: K): void {
    this.#due.delete(key);
    if (this.#due.size === 0) this.clear();
  }

  clear(): void {
    this.#due.clear();
    this.#heap = [];
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || this.#timer?.due === first.due) return;
    this.#timer?.cancel();
    const delay = milliseconds(first.due - this.#clock.monotonic());
    this.#timer = { due: first.due, cancel: this.#clock.after(delay, () => this.#fire()) };
  }

  #fire(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (let first = this.#heap[0]; first !== undefined && first.due <= now; first = this.#heap[0]) {
      this.#pop();
      if (this.#due.get(first.key) !== first.due) continue;
      this.#due.delete(first.key);
      this.#onDue(first.key, milliseconds(first.due));
    }
    this.#arm();
  }

  #push(item: Item<K>): void {
    const heap = this.#heap;
    let at = heap.push(item) - 1;
    for (let up = (at - 1) >> 1; at > 0; at = up, up = (at - 1) >> 1) {
      const parent = heap[up];
      if (parent === undefined || parent.due <= item.due) break;
      heap[at] = parent;
      heap[up] = item;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      if (left === undefined) break;
      const side = right !== undefined && right.due < left.due ? 2 : 1;
      const child = side === 2 ? right : left;
      if (child === undefined || child.due >= last.due) break;
      heap[at] = child;
      at = 2 * at + side;
    }
    heap[at] = last;
  }

  #compact(): void {
    // A list in order of time is a heap.
    this.#heap = Array.from(this.#due, ([key, due]) => ({ key, due })).sort((a, b) => a.due - b.due);
  }
}
