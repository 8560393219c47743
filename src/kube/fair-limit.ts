import { Turns } from "../base/turns.ts";

/** At most so many pieces of work at once, of which one group has at most a share; groups take turns. */
export class FairLimit {
  readonly #atOnce: number;
  readonly #waiting: Turns<() => Promise<void>>;
  #running = 0;

  constructor(atOnce: number, perGroup: number) {
    this.#atOnce = atOnce;
    this.#waiting = new Turns(perGroup);
  }

  /** Does the work when it is the group's turn, and answers as it does. */
  run<T>(group: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(group, async () => work().then(resolve, reject), undefined);
      this.#startMore();
    });
  }

  #startMore(): void {
    while (this.#running < this.#atOnce) {
      const turn = this.#waiting.take();
      if (turn === undefined) return;
      this.#running += 1;
      void turn.item().then(() => {
        this.#running -= 1;
        this.#waiting.done(turn.group);
        this.#startMore();
      });
    }
  }
}
