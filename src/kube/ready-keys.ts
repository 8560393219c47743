import { Turns } from "../base/turns.ts";

/**
 * Why a key is to run: something happened that may mean a way back (`urgent`), something else happened to it, or it
 * merely came up in a first list.
 */
export type Urgency = "urgent" | "live" | "initial";

/** A key whose turn it is. */
export interface ReadyKey<K> {
  readonly key: K;
  /** When it came, as it was told. */
  readonly since: number;
  readonly urgency: Urgency;
}

/** The more urgent first. */
const LANES = ["urgent", "live", "initial"] as const satisfies readonly Urgency[];
/** Of so many keys taken in a row past one that is less urgent, one is the less urgent: no kind starves. */
const SHARE_OF_OTHERS = 8;

/** The more urgent of two. */
export const moreUrgent = (a: Urgency, b: Urgency | undefined): Urgency =>
  b !== undefined && LANES.indexOf(b) < LANES.indexOf(a) ? b : a;

/** The namespace of a plan's key; a key without one is a group of its own. */
const namespaceOf = (key: string): string => {
  const at = key.indexOf("/");
  return at < 0 ? key : key.slice(0, at);
};

/**
 * Keys that may run now, each once. What is urgent goes first; among equally urgent keys namespaces take turns, so that
 * one with a thousand busy keys delays another's single one by a single run; and within a namespace it is first come,
 * first served.
 */
export class ReadyKeys<K extends string> {
  readonly #lanes = LANES.map(() => new Turns<K, number>());
  /** Of each lane: how many keys of others were taken in a row while one of its own waited. */
  readonly #passed = LANES.map(() => 0);

  get size(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.size, 0);
  }

  has(key: K): boolean {
    return this.#laneOf(key) !== undefined;
  }

  /** @param at when it came, for its waiting time; a key that waits already keeps its own, and its place unless it becomes more urgent */
  add(key: K, urgency: Urgency, at: number): void {
    const [known, wanted] = [this.#laneOf(key), LANES.indexOf(urgency)];
    if (known !== undefined && known <= wanted) return;
    const namespace = namespaceOf(key);
    const since = known === undefined ? undefined : this.#lanes[known]?.get(namespace, key);
    this.delete(key);
    this.#lanes[wanted]?.add(namespace, key, since ?? at);
  }

  take(): ReadyKey<K> | undefined {
    const next = this.#nextLane();
    const [lane, urgency] = next === undefined ? [] : [this.#lanes[next], LANES[next]];
    const taken = lane?.take();
    return taken && urgency && { key: taken.item, since: taken.value, urgency };
  }

  delete(key: K): void {
    const namespace = namespaceOf(key);
    for (const lane of this.#lanes) lane.delete(namespace, key);
  }

  clear(): void {
    for (const lane of this.#lanes) lane.clear();
  }

  /** When the key came that waits longest; undefined when none waits. */
  get oldest(): number | undefined {
    let oldest: number | undefined;
    for (const lane of this.#lanes)
      for (const since of lane.firsts()) oldest = Math.min(oldest ?? since, since);
    return oldest;
  }

  /** The first lane with a key, unless a later one has been passed over too often. */
  #nextLane(): number | undefined {
    const filled = this.#lanes.flatMap((lane, at) => (lane.size > 0 ? [at] : []));
    const overdue = filled.find((at) => (this.#passed[at] ?? 0) >= SHARE_OF_OTHERS - 1);
    const next = overdue ?? filled[0];
    for (const at of LANES.keys())
      this.#passed[at] = filled.includes(at) && at !== next ? (this.#passed[at] ?? 0) + 1 : 0;
    return next;
  }

  #laneOf(key: K): number | undefined {
    const namespace = namespaceOf(key);
    const at = this.#lanes.findIndex((lane) => lane.has(namespace, key));
    return at < 0 ? undefined : at;
  }
}
