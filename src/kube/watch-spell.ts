import type { Duration } from "../base/duration.ts";
import type { KubeObject } from "./kube-object.ts";
import type { Listed } from "./lister.ts";
import type { ReflectorSettings } from "./reflector-options.ts";
import { StreamedList } from "./streamed-list.ts";
import type { WatchEvent } from "./watch-stream.ts";

/** One connection of a reflector: a watch, which may have to send first what there is. */
export class WatchSpell<T extends KubeObject> {
  /** Ends the connection; aborted from here or with the reflector. */
  readonly signal: AbortSignal;
  readonly #end = new AbortController();
  readonly #clock: ReflectorSettings<T>["clock"];
  #list: StreamedList<T> | undefined;
  #opened: Duration;
  #interrupted: "relist" | "renew" | undefined;

  constructor(settings: ReflectorSettings<T>, stop: AbortSignal, streamed: boolean) {
    this.signal = AbortSignal.any([stop, this.#end.signal]);
    this.#clock = settings.clock;
    this.#list = streamed ? new StreamedList(settings) : undefined;
    this.#opened = settings.clock.monotonic();
  }

  /** What is sent first, as far as it has come; undefined from when it is whole. */
  get list(): StreamedList<T> | undefined {
    return this.#list;
  }

  /** Since when it is a watch and no list. */
  get opened(): Duration {
    return this.#opened;
  }

  /** Why it was ended from here; the first reason counts. */
  get interrupted(): "relist" | "renew" | undefined {
    return this.#interrupted;
  }

  /** @returns the whole list with its last event, from which on this is a watch. @throws KubeError for one without an end */
  takeOfList(event: WatchEvent): Listed<T> | undefined {
    const listed = this.#list?.take(event);
    if (listed === undefined || this.signal.aborted) return undefined;
    this.#list = undefined;
    this.#opened = this.#clock.monotonic();
    return listed;
  }

  /** Ends it if the list is not whole yet. */
  endList(): void {
    if (this.#list) this.#end.abort();
  }

  interrupt(why: "relist" | "renew"): void {
    this.#interrupted ??= why;
    this.#end.abort();
  }
}
