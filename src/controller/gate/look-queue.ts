/**
 * Makes at most so many looks at once, and fairly: owners take turns, so that a Verification with two hundred
 * checks does not hold up one with a single check. Each check waits here at most once, which bounds the queue.
 */
export class LookQueue {
  readonly #atOnce: number;
  /** Insertion order is the order of turns. */
  readonly #waiting = new Map<string, (() => Promise<void>)[]>();
  #running = 0;

  constructor(atOnce: number) {
    if (!Number.isInteger(atOnce) || atOnce < 1)
      throw new RangeError(`${atOnce} looks at once is no number of looks`);
    this.#atOnce = atOnce;
  }

  /** Runs `look` when it is the owner's turn. `look` deals with its own errors. */
  add(owner: string, look: () => Promise<void>): void {
    const own = this.#waiting.get(owner);
    if (own === undefined) this.#waiting.set(owner, [look]);
    else own.push(look);
    this.#startMore();
  }

  /** Forgets what an owner has waiting; looks that are under way are the owner's to end. */
  drop(owner: string): void {
    this.#waiting.delete(owner);
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    let count = 0;
    for (const looks of this.#waiting.values()) count += looks.length;
    return count;
  }

  #startMore(): void {
    while (this.#running < this.#atOnce) {
      const look = this.#next();
      if (look === undefined) return;
      this.#running += 1;
      const done = (): void => {
        this.#running -= 1;
        this.#startMore();
      };
      look().then(done, done);
    }
  }

  #next(): (() => Promise<void>) | undefined {
    const [turn] = this.#waiting;
    if (turn === undefined) return undefined;
    const [owner, looks] = turn;
    const look = looks.shift();
    this.#waiting.delete(owner);
    if (looks.length > 0) this.#waiting.set(owner, looks);
    return look;
  }
}
