import type { EffectKind, Moment, Orders } from "./order.ts";

/** Time from the start of a request to a kill `during` it: it is sent, and the answer is hardly there yet. */
const IN_FLIGHT_MS = 2;

/** Counts the effects of this process, records them, and ends it as ordered. */
export class Killer {
  readonly #orders: Orders;
  #batch = "";
  #count = 0;

  constructor(orders: Orders) {
    this.#orders = orders;
  }

  /** An effect that is answered: kills before it, while it is on its way, or before its answer is heard. */
  async around<T extends { readonly ok: boolean }>(
    kind: EffectKind,
    about: string,
    effect: () => Promise<T>,
  ): Promise<T> {
    const moment = this.begin(kind, about);
    const answer = effect();
    if (moment === "during") setTimeout(() => this.kill(kind, about, moment), IN_FLIGHT_MS);
    const { ok } = await answer;
    this.#orders.note({ event: "done", kind, about, ok });
    if (moment === "after") this.kill(kind, about, moment);
    // The kill is on its way: nothing may follow the effect.
    if (moment === "during") await new Promise(() => undefined);
    return answer;
  }

  /** Records that an effect begins, unless the process is to end before it. @returns the moment ordered for it */
  begin(kind: EffectKind, about: string): Moment | undefined {
    const moment = this.#next(kind, about);
    if (moment === "before") this.kill(kind, about, moment);
    this.#orders.note({ event: "begun", kind, about });
    return moment;
  }

  /** Ends the process as `kill -9` does; the order counts as carried out. */
  kill(kind: EffectKind, about: string, moment: Moment): never {
    this.#orders.note({ event: "killed", kind, about, moment });
    this.#orders.give(this.#orders.read().orders.slice(1));
    process.kill(process.pid, "SIGKILL");
    throw new Error("a killed process went on");
  }

  #next(kind: EffectKind, about: string): Moment | undefined {
    const { batch, orders } = this.#orders.read();
    if (batch !== this.#batch) this.#count = 0;
    this.#batch = batch;
    const order = orders[0];
    if (order?.kind !== kind || !new RegExp(order.about ?? "").test(about)) return undefined;
    this.#count += 1;
    return this.#count === (order.nth ?? 1) ? order.moment : undefined;
  }
}
