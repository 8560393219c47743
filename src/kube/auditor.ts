import { type Duration, milliseconds } from "../base/duration.ts";
import type { Cancel } from "../ports/clock.ts";
import { atLeast, type Census, missedBy } from "./audit.ts";
import type { KubeObject, ObjectKey } from "./kube-object.ts";
import { takeCensus } from "./lister.ts";
import type { ObjectStore } from "./object-store.ts";
import type { ReflectorSettings } from "./reflector-options.ts";

export interface AuditorOptions<T extends KubeObject> {
  readonly settings: ReflectorSettings<T>;
  readonly store: ObjectStore<T>;
  readonly signal: AbortSignal;
  /** The version up to which the watch has come. */
  readonly watchedTo: () => string | undefined;
  /** Whether the watch runs and has given a sign of life since then. */
  readonly aliveSince: (at: Duration) => boolean;
  /** How many objects the watch had missed. */
  readonly onDone: (missed: number) => void;
}

/**
 * Now and then takes a list beside the running watch and, once the watch has come past that list's moment, compares.
 * So an event that is merely on its way is never counted as missed.
 */
export class Auditor<T extends KubeObject> {
  readonly #options: AuditorOptions<T>;
  #deleted = new Set<ObjectKey>();
  #census: Census | undefined;
  #timer: Cancel | undefined;
  #running: Promise<void> | undefined;
  /** Rises with each list of the reflector, so that a census begun before it is thrown away. */
  #round = 0;

  constructor(options: AuditorOptions<T>) {
    this.#options = options;
  }

  /** Plans the next audit, up to a tenth later than the others' so that they don't come together. */
  schedule(): void {
    const { clock, auditEvery, random } = this.#options.settings;
    this.#timer?.();
    if (this.#options.signal.aborted) return;
    this.#timer = clock.after(later(auditEvery, random()), () => {
      this.#running = this.#begin();
    });
  }

  /** The store is about to be replaced by a list: nothing that is under way can be compared any more. */
  forget(): void {
    this.#round += 1;
    this.#census = undefined;
    this.#deleted = new Set();
    this.#timer?.();
    this.#timer = undefined;
  }

  deleted(key: ObjectKey): void {
    if (this.#running !== undefined) this.#deleted.add(key);
  }

  /** The watch has brought something: perhaps it has come past the census. */
  progressed(): void {
    if (this.#census && atLeast(this.#options.watchedTo() ?? "", this.#census.resourceVersion))
      this.#compare(this.#census);
  }

  async cancel(): Promise<void> {
    this.forget();
    await this.#running;
  }

  async #begin(): Promise<void> {
    const { settings, signal } = this.#options;
    const round = this.#round;
    this.#deleted = new Set();
    const census = await takeCensus(settings, signal);
    if (round !== this.#round || signal.aborted) return;
    if (!census.ok) {
      this.#running = undefined;
      this.schedule();
      return;
    }
    this.#census = census.value;
    const at = settings.clock.monotonic();
    this.#timer = settings.clock.after(settings.idleTimeout, () => this.#giveUpWaiting(census.value, at));
    this.progressed();
  }

  /** A watch that lives but comes no further loses events. One that does not live has its own repair: try another time. */
  #giveUpWaiting(census: Census, at: Duration): void {
    if (this.#options.aliveSince(at)) {
      this.#compare(census);
      return;
    }
    this.forget();
    this.#running = undefined;
    this.schedule();
  }

  #compare(census: Census): void {
    const missed = missedBy(this.#options.store, census, this.#deleted);
    this.#census = undefined;
    this.#running = undefined;
    this.#deleted = new Set();
    this.schedule();
    this.#options.onDone(missed.length);
  }
}

const later = (every: Duration, share: number): Duration => milliseconds(every * (1 + share / 10));
