/** A load that runs. */
export interface RunningLoad {
  readonly namespace: string;
  /** Target, of which each gets one load at a time. */
  readonly origin: string;
}

interface Waiting extends RunningLoad {
  seen: number;
}

/** One that has not asked again for so long no longer waits: its check is over. Milliseconds. */
const FORGOTTEN = 10_000;
/** Loads that wait in one namespace; a look beyond them is told so and asks again. */
const MOST_WAITING = 100;

/**
 * Whose turn it is to load: so many loads run at once, one on a target, and one namespace never has all the places.
 * Of those that wait, the namespace goes first that has not had a turn for longest, and in it the first comer.
 */
export class LoadTurns {
  readonly #atOnce: number;
  readonly #perNamespace: number;
  /** In order of coming. */
  readonly #waiting = new Map<string, Waiting>();
  /** When namespaces had their last turn, as a count of turns; only of those that wait. */
  readonly #served = new Map<string, number>();
  #turns = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
    this.#perNamespace = Math.max(1, atOnce - 1);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Asks for a turn. @returns why it has to wait; undefined when it may begin now */
  ask(key: string, load: RunningLoad, running: readonly RunningLoad[], now: number): string | undefined {
    this.#dropForgotten(now);
    const known = this.#waiting.get(key);
    if (known !== undefined) known.seen = now;
    const why = this.#hindrance(load, running) ?? this.#before(key, load, running);
    if (why === undefined) {
      this.#waiting.delete(key);
      this.#turns += 1;
      this.#served.set(load.namespace, this.#turns);
    } else if (known === undefined && this.#of(load.namespace) < MOST_WAITING)
      this.#waiting.set(key, { ...load, seen: now });
    this.#tidy();
    return why;
  }

  /** It no longer waits. */
  drop(key: string): void {
    this.#waiting.delete(key);
    this.#tidy();
  }

  #hindrance({ origin, namespace }: RunningLoad, running: readonly RunningLoad[]): string | undefined {
    if (running.some((other) => other.origin === origin))
      return "waits for another load on the same target to end";
    if (running.length >= this.#atOnce) return `waits: ${this.#atOnce} loads run at once, and no more`;
    if (running.filter((other) => other.namespace === namespace).length >= this.#perNamespace)
      return `waits: ${this.#perNamespace} of the ${this.#atOnce} loads at once may be of one namespace`;
    return undefined;
  }

  /** Somebody whose turn comes first, and who could begin. */
  #before(key: string, load: RunningLoad, running: readonly RunningLoad[]): string | undefined {
    const own = this.#lastTurn(load.namespace);
    let cameEarlier = true;
    for (const [other, waiting] of this.#waiting) {
      if (other === key) {
        cameEarlier = false;
        continue;
      }
      const turn = this.#lastTurn(waiting.namespace);
      const goesFirst = turn < own || (turn === own && cameEarlier);
      if (goesFirst && this.#hindrance(waiting, running) === undefined) return "waits for its turn";
    }
    return undefined;
  }

  #lastTurn = (namespace: string): number => this.#served.get(namespace) ?? 0;

  #of(namespace: string): number {
    let count = 0;
    for (const waiting of this.#waiting.values()) if (waiting.namespace === namespace) count += 1;
    return count;
  }

  #dropForgotten(now: number): void {
    for (const [key, { seen }] of this.#waiting) if (now - seen > FORGOTTEN) this.#waiting.delete(key);
  }

  /** Turns are remembered while anybody waits for one. */
  #tidy(): void {
    if (this.#waiting.size === 0) this.#served.clear();
  }
}
