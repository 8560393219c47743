import { type Duration, milliseconds } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import { KubeError } from "./kube-error.ts";
import type { KubeObject } from "./kube-object.ts";
import { LineDecoder, LineTooLong } from "./line-decoder.ts";
import type { Selection } from "./list.ts";
import { collectionPath, type ResourceType } from "./resources.ts";
import { readStatus } from "./status.ts";
import type { Transport } from "./transport.ts";

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: KubeObject;
}

/** Why a watch is over. */
export type WatchEnd =
  /** The server ended it in good order. */
  | { readonly kind: "closed" }
  /** Nothing arrived for longer than the watchdog waits. */
  | { readonly kind: "idle" }
  /** The resourceVersion is too old: list again. */
  | { readonly kind: "gone"; readonly error: KubeError }
  /** A line was no event. */
  | { readonly kind: "badLine" }
  /** An `ERROR` event, an answer that was no success, or a broken connection. */
  | { readonly kind: "failed"; readonly error: KubeError };

export interface WatchOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly type: ResourceType;
  readonly selection: Selection;
  /** Undefined: it begins with all that there is, and a bookmark says where that ends (`StreamedList`). */
  readonly resourceVersion: string | undefined;
  /** After this the server ends the watch by itself. */
  readonly serverTimeout: Duration;
  /** After this long without a byte the watch is ended from here; asked again whenever that may be. */
  readonly idleTimeout: () => Duration;
  readonly signal: AbortSignal;
  /** Any byte, the head of the answer included. */
  readonly onLife: () => void;
  readonly onEvent: (event: WatchEvent) => void;
}

const TYPES: ReadonlySet<unknown> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]);

/** Runs one watch to its end and says how it ended; never throws. */
export async function runWatch(options: WatchOptions): Promise<WatchEnd> {
  const watchdog = new Watchdog(options);
  try {
    const { type, selection } = options;
    const stream = await options.transport.stream({
      method: "GET",
      path: collectionPath(type, selection.namespace),
      query: {
        watch: "true",
        allowWatchBookmarks: "true",
        ...startOf(options.resourceVersion),
        timeoutSeconds: String(Math.round(options.serverTimeout / 1_000)),
        labelSelector: selection.labelSelector,
        fieldSelector: selection.fieldSelector,
      },
      signal: watchdog.signal,
    });
    if (!stream.ok) return watchdog.barked ? { kind: "idle" } : failed(stream.error);
    watchdog.life();
    const decoder = new LineDecoder();
    for await (const chunk of stream.value.chunks) {
      watchdog.life();
      for (const line of decoder.push(chunk)) {
        if (options.signal.aborted) return { kind: "closed" };
        const end = take(line, options.onEvent);
        if (end) return end;
      }
    }
    return decoder.partial ? { kind: "badLine" } : { kind: "closed" };
  } catch (cause) {
    if (watchdog.barked) return { kind: "idle" };
    if (cause instanceof LineTooLong) return { kind: "badLine" };
    if (cause instanceof KubeError) return failed(cause);
    throw cause;
  } finally {
    watchdog.stop();
  }
}

/** Without a version the list is of a moment after the request was made, as a list in pages is. */
const startOf = (resourceVersion: string | undefined): Readonly<Record<string, string>> =>
  resourceVersion === undefined
    ? { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" }
    : { resourceVersion };

const failed = (error: KubeError): WatchEnd => ({ kind: error.kind === "gone" ? "gone" : "failed", error });

/** Hands one line on; an end when it was none of the four ordinary events. */
function take(line: string, onEvent: (event: WatchEvent) => void): WatchEnd | undefined {
  const event = parse(line);
  if (event === undefined) return { kind: "badLine" };
  if (event.type === "ERROR") return failed(readStatus(event.object));
  const { metadata } = (event.object ?? {}) as { readonly metadata?: { readonly resourceVersion?: unknown } };
  if (!TYPES.has(event.type) || typeof metadata?.resourceVersion !== "string") return { kind: "badLine" };
  onEvent(event as WatchEvent);
  return undefined;
}

function parse(line: string): { readonly type?: unknown; readonly object?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Ends a watch that has gone silent. One timer walks along behind the last sign of life instead of being set anew for each. */
class Watchdog {
  readonly #options: WatchOptions;
  readonly #abort = new AbortController();
  readonly #onOuter = (): void => this.#abort.abort();
  #last: number;
  #cancel: () => void;
  barked = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#last = options.clock.monotonic();
    this.#cancel = options.clock.after(options.idleTimeout(), () => this.#look());
    if (options.signal.aborted) this.#abort.abort();
    options.signal.addEventListener("abort", this.#onOuter, { once: true });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  life(): void {
    this.#last = this.#options.clock.monotonic();
    this.#options.onLife();
  }

  stop(): void {
    this.#cancel();
    this.#options.signal.removeEventListener("abort", this.#onOuter);
  }

  #look(): void {
    const { clock, idleTimeout } = this.#options;
    const rest = this.#last + idleTimeout() - clock.monotonic();
    if (rest > 0) this.#cancel = clock.after(milliseconds(rest), () => this.#look());
    else {
      this.barked = true;
      this.#abort.abort();
    }
  }
}
