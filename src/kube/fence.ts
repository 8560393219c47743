/**
 * What keeps a process from writing when it is not, or no longer, the one that may. Asked in one place, right before a
 * request that changes something is put on the wire: not when it is made, because it may have waited since for
 * credentials, for a retry, for a connection, or with the whole process.
 */
import type { Dispatcher } from "undici";
import { type Duration, milliseconds } from "../base/duration.ts";
import { KubeError } from "./kube-error.ts";

/** Says whether, and for how long, writes may leave. */
export interface Fence {
  /** How long writes may still leave; 0: none. May grow again until `closed` fires. */
  readonly remaining: Duration;
  /** Fires when none may leave any more, for good; what is under way is given up. */
  readonly closed: AbortSignal;
}

/** For those who only read: no write ever leaves. */
export const READ_ONLY: Fence = { remaining: milliseconds(0), closed: AbortSignal.abort() };

/** The refusal of a write. */
export const fencedOff = (label: string): KubeError =>
  new KubeError({ kind: "fenced", message: `${label}: not sent, or given up: this process does not lead` });

/** `dispatcher` with the fence before the wire. The signal alone would not do: a paused process reads sockets before timers. */
export const fenced = (dispatcher: Dispatcher, fence: Fence, label: string): Dispatcher =>
  dispatcher.compose(
    (dispatch) => (options, handler) => dispatch(options, new FencedHandler(handler, fence, label)),
  );

type Handler = Dispatcher.DispatchHandler;
type Called<K extends keyof Handler> = Parameters<NonNullable<Handler[K]>>;

/** Hands everything on, but for a start when no write may leave. A request whose connection broke starts again, and is asked again. */
class FencedHandler implements Handler {
  readonly #handler: Handler;
  readonly #fence: Fence;
  readonly #label: string;

  constructor(handler: Handler, fence: Fence, label: string) {
    this.#handler = handler;
    this.#fence = fence;
    this.#label = label;
  }

  onRequestStart(...called: Called<"onRequestStart">): void {
    this.#handler.onRequestStart?.(...called);
    const [controller] = called;
    if (this.#fence.remaining <= 0 && !controller.aborted) controller.abort(fencedOff(this.#label));
  }
  onRequestUpgrade(...called: Called<"onRequestUpgrade">): void {
    this.#handler.onRequestUpgrade?.(...called);
  }
  onResponseStart(...called: Called<"onResponseStart">): void {
    this.#handler.onResponseStart?.(...called);
  }
  onResponseData(...called: Called<"onResponseData">): void {
    this.#handler.onResponseData?.(...called);
  }
  onResponseEnd(...called: Called<"onResponseEnd">): void {
    this.#handler.onResponseEnd?.(...called);
  }
  onResponseError(...called: Called<"onResponseError">): void {
    this.#handler.onResponseError?.(...called);
  }
}
