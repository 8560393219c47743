/** One thing that got its turn. */
export interface Turn<T, V> {
  readonly group: string;
  readonly item: T;
  readonly value: V;
}

/**
 * Waiting things of several groups: groups take turns, and within a group it is first come, first served. So a group
 * waits for as many others as waited when it came, whatever they add. With `perGroup` a group that holds so many is
 * passed over until one of them is `done`. Every operation takes constant time, however many wait.
 */
export class Turns<T, V = undefined> {
  readonly #perGroup: number;
  /** Insertion order is the order of turns. */
  readonly #open = new Map<string, Map<T, V>>();
  /** Groups that hold as much as they may. */
  readonly #full = new Map<string, Map<T, V>>();
  readonly #held = new Map<string, number>();
  #size = 0;

  constructor(perGroup: number = Number.POSITIVE_INFINITY) {
    if (!(perGroup >= 1)) throw new RangeError(`${perGroup} a group is no number of things`);
    this.#perGroup = perGroup;
  }

  get size(): number {
    return this.#size;
  }

  /** How many of a group wait. */
  waiting(group: string): number {
    return this.#of(group)?.size ?? 0;
  }

  get(group: string, item: T): V | undefined {
    return this.#of(group)?.get(item);
  }

  has(group: string, item: T): boolean {
    return this.#of(group)?.has(item) === true;
  }

  /** One that waits already keeps its place. */
  add(group: string, item: T, value: V): void {
    const known = this.#of(group);
    if (known?.has(item)) return;
    this.#size += 1;
    if (known !== undefined) known.set(item, value);
    else (this.#isFull(group) ? this.#full : this.#open).set(group, new Map([[item, value]]));
  }

  /** The next one. With `perGroup` it counts as held by its group until `done`. */
  take(): Turn<T, V> | undefined {
    const [turn] = this.#open;
    if (turn === undefined) return undefined;
    const [group, items] = turn;
    const [first] = items;
    if (first === undefined) throw new Error("a group without anything that waits has no turn");
    const [item, value] = first;
    items.delete(item);
    this.#size -= 1;
    this.#open.delete(group);
    if (this.#perGroup !== Number.POSITIVE_INFINITY) this.#held.set(group, (this.#held.get(group) ?? 0) + 1);
    if (items.size > 0) (this.#isFull(group) ? this.#full : this.#open).set(group, items);
    return { group, item, value };
  }

  /** Something of this group that was taken is over. */
  done(group: string): void {
    const held = (this.#held.get(group) ?? 0) - 1;
    if (held > 0) this.#held.set(group, held);
    else this.#held.delete(group);
    const items = this.#full.get(group);
    if (items === undefined || this.#isFull(group)) return;
    this.#full.delete(group);
    this.#open.set(group, items);
  }

  delete(group: string, item: T): void {
    const items = this.#of(group);
    if (items?.delete(item) !== true) return;
    this.#size -= 1;
    if (items.size > 0) return;
    this.#open.delete(group);
    this.#full.delete(group);
  }

  /** Forgets what waits; what is held stays so. */
  clear(): void {
    this.#open.clear();
    this.#full.clear();
    this.#size = 0;
  }

  /** The first of each group, in time that grows with the groups. */
  *firsts(): Iterable<V> {
    for (const groups of [this.#open, this.#full])
      for (const items of groups.values()) {
        const [value] = items.values();
        if (value !== undefined) yield value;
      }
  }

  *values(): Iterable<T> {
    for (const groups of [this.#open, this.#full]) for (const items of groups.values()) yield* items.keys();
  }

  #of = (group: string): Map<T, V> | undefined => this.#open.get(group) ?? this.#full.get(group);
  #isFull = (group: string): boolean => (this.#held.get(group) ?? 0) >= this.#perGroup;
}
