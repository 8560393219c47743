import { createHash } from "node:crypto";

/** Choices that look random and are the same whenever the seed is. */
export class Lots {
  readonly #seed: string;
  #drawn = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** One of these. */
  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new RangeError("nothing to choose from");
    return from[this.#next(from.length)] as T;
  }

  /** A whole number from 0 on, below `below`. */
  #next(below: number): number {
    this.#drawn += 1;
    return createHash("sha256").update(`${this.#seed} ${this.#drawn}`).digest().readUInt32BE() % below;
  }
}

/** Draws each of some things once before any comes again: also a short run meets many of them. */
export class Bag<T> {
  readonly #all: readonly T[];
  readonly #lots: Lots;
  #left: T[] = [];

  constructor(all: readonly T[], lots: Lots) {
    this.#all = all;
    this.#lots = lots;
  }

  /** One that fits; one that was drawn before only when none of the others does. @throws RangeError when none fits */
  draw(fits: (one: T) => boolean = () => true): T {
    if (!this.#left.some(fits)) this.#left = [...this.#left, ...this.#all];
    const drawn = this.#lots.pick(this.#left.filter(fits));
    this.#left.splice(this.#left.indexOf(drawn), 1);
    return drawn;
  }
}
