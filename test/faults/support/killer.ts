import { createHash } from "node:crypto";
import {
  type Command,
  type Effect,
  type EffectKind,
  type Entry,
  keyOf,
  MOMENTS,
  type Moment,
  type Orders,
} from "./order.ts";

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
    this.#note({ event: "done", kind, about, ok });
    if (moment === "after") this.kill(kind, about, moment);
    // The kill is on its way: nothing may follow the effect.
    if (moment === "during") await new Promise(() => undefined);
    return answer;
  }

  /**
   * Records that an effect begins, unless the process is to end before it.
   * @param of the stack of a Pulumi operation
   * @returns the moment ordered for it
   */
  begin(kind: EffectKind, about: string, of: Pick<Entry, "stack"> = {}): Moment | undefined {
    const moment = this.#next(kind, about);
    if (moment === "before") this.kill(kind, about, moment);
    this.#note({ event: "begun", kind, about, ...of });
    return moment;
  }

  /** Records that a Pulumi operation has ended by itself. */
  settled(about: string, of: Pick<Entry, "stack" | "ok">): void {
    this.#note({ event: "done", kind: "stack", about, ...of });
  }

  /** Ends the process as `kill -9` does; the order counts as carried out. */
  kill(kind: EffectKind, about: string, moment: Moment): never {
    this.#note({ event: "killed", kind, about, moment });
    const { orders, ...rest } = this.#orders.read();
    this.#orders.give(orders.slice(1), rest);
    process.kill(process.pid, "SIGKILL");
    throw new Error("a killed process went on");
  }

  #note(entry: Parameters<Orders["note"]>[0]): void {
    this.#orders.note({ ...entry, about: rename(entry.about, this.#orders.read().aliases) });
  }

  #next(kind: EffectKind, about: string): Moment | undefined {
    const { batch, orders, aliases, each } = this.#orders.read();
    if (each !== undefined) {
      return this.#unlessKilled({ kind, about: rename(about, aliases) }, each);
    }
    if (batch !== this.#batch) this.#count = 0;
    this.#batch = batch;
    const order = orders[0];
    if (order?.kind !== kind || !new RegExp(order.about ?? "").test(rename(about, aliases))) return undefined;
    this.#count += 1;
    return this.#count === (order.nth ?? 1) ? order.moment : undefined;
  }

  /** The moment that the seed chooses for an effect, when no life of this controller has died of it. */
  #unlessKilled(effect: Effect, { seed, since, spared }: NonNullable<Command["each"]>): Moment | undefined {
    const key = keyOf(effect);
    const had = (entry: Entry): boolean => entry.event === "killed" && keyOf(entry) === key;
    if (spared.includes(key) || this.#orders.entries(since).some(had)) return undefined;
    const [byte = 0] = createHash("sha256").update(`${seed} ${key}`).digest();
    return MOMENTS[byte % MOMENTS.length];
  }
}

/** An operation of the plan's own that is named after the time at which something was found to be gone. */
const TIMED = /restore-[0-9a-z]+/g;
const UID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The same words for the same thing in every run; without aliases all stays as it is. */
export function rename(about: string, aliases: Command["aliases"]): string {
  if (aliases === undefined) return about;
  const timeless = about.replace(UID, "uid").replace(TIMED, "restore");
  const words = timeless.replace(/[a-z0-9]+(-[0-9]+)?/g, (word) => aliases[word] ?? word);
  // A split names its sides in the order of colours.
  return words.replace(/\{(.*?)\}/g, (_, sides: string) => `{${sides.split(",").sort().join(",")}}`);
}
