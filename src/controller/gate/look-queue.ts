import { Turns } from "../../base/turns.ts";

/** Whose look it is: a Verification, and the namespace that it is in. */
export interface LookOwner {
  readonly namespace: string;
  readonly uid: string;
}

/** So much of all looks at once may be of one namespace: hanging looks of one must not keep back those of others. */
const SHARE_OF_ONE = 0.75;

/**
 * Makes at most so many looks at once, and fairly: namespaces take turns, and in each its Verifications do, so that one
 * with two hundred checks does not hold up one with a single check. Each check waits here at most once, which
 * bounds the queue.
 */
export class LookQueue {
  readonly #atOnce: number;
  readonly #owners: Turns<string>;
  readonly #waiting = new Map<string, (() => Promise<void>)[]>();
  #count = 0;
  #running = 0;

  constructor(atOnce: number) {
    if (!Number.isInteger(atOnce) || atOnce < 1)
      throw new RangeError(`${atOnce} looks at once is no number of looks`);
    this.#atOnce = atOnce;
    this.#owners = new Turns(Math.ceil(atOnce * SHARE_OF_ONE));
  }

  /** Runs `look` when it is the owner's turn. `look` deals with its own errors. */
  add({ namespace, uid }: LookOwner, look: () => Promise<void>): void {
    const own = this.#waiting.get(uid);
    this.#count += 1;
    if (own === undefined) this.#waiting.set(uid, [look]);
    else own.push(look);
    this.#owners.add(namespace, uid, undefined);
    this.#startMore();
  }

  /** Forgets what an owner has waiting; looks that are under way are the owner's to end. */
  drop({ namespace, uid }: LookOwner): void {
    this.#count -= this.#waiting.get(uid)?.length ?? 0;
    this.#waiting.delete(uid);
    this.#owners.delete(namespace, uid);
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#count;
  }

  #startMore(): void {
    while (this.#running < this.#atOnce) {
      const turn = this.#owners.take();
      if (turn === undefined) return;
      const { group: namespace, item: uid } = turn;
      const looks = this.#waiting.get(uid) ?? [];
      const look = looks.shift();
      if (looks.length > 0) this.#owners.add(namespace, uid, undefined);
      else this.#waiting.delete(uid);
      this.#count -= 1;
      this.#running += 1;
      const done = (): void => {
        this.#running -= 1;
        this.#owners.done(namespace);
        this.#startMore();
      };
      (look?.() ?? Promise.resolve()).then(done, done);
    }
  }
}
