import type { Dispatcher } from "undici";
import { LOAD_LIMITS } from "../../api/checks/load.ts";
import { forbiddenIn } from "../../net/forbidden-address.ts";

/** How a request came to its end. */
export type Settled =
  | { readonly kind: "answered"; readonly status: number }
  /** Given up: too late, or too long. */
  | { readonly kind: "gaveUp"; readonly why: string }
  | { readonly kind: "broke"; readonly why: string }
  /** Such a request can't be sent at all. */
  | { readonly kind: "invalid" }
  /** The address policy forbids it. */
  | { readonly kind: "refused"; readonly why: string };

export interface ExchangeEvents {
  readonly settled: (exchange: Exchange, how: Settled) => void;
  readonly received: (bytes: number) => void;
}

/** One request on its way. It settles once; what it sends and holds ends with that. */
export class Exchange implements Dispatcher.DispatchHandler {
  /** When it was due, in milliseconds since the start. */
  readonly due: number;
  /** It has been given to a connection. */
  sent = false;
  readonly #events: ExchangeEvents;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #bytes = 0;
  #settled = false;

  constructor(due: number, events: ExchangeEvents) {
    this.due = due;
    this.#events = events;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Waits no longer. */
  giveUp(why: string): void {
    this.#settle({ kind: "gaveUp", why });
    this.#controller?.abort(new Error(why));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It was given up while its connection was being made.
    if (this.#settled) controller.abort(new Error("given up"));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    // A 1xx is no answer yet.
    if (status >= 200) this.#status = status;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#events.received(chunk.length);
    if (this.#bytes > LOAD_LIMITS.answerBytes) this.giveUp("answers of more than 1 MiB");
  }

  onResponseEnd(): void {
    this.#settle({ kind: "answered", status: this.#status });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const refusal = forbiddenIn(error);
    const why = causeOf(error);
    if (refusal !== undefined) this.#settle({ kind: "refused", why: refusal.message });
    else if (why === "UND_ERR_INVALID_ARG") this.#settle({ kind: "invalid" });
    else this.#settle({ kind: "broke", why });
  }

  #settle(how: Settled): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#events.settled(this, how);
  }
}

/** A short word for why a connection failed; messages of errors may hold addresses, and would be without number. */
function causeOf(error: Error): string {
  const code = "code" in error ? String(error.code) : error.name;
  return (CAUSES[code] ?? code).slice(0, 60);
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  UND_ERR_SOCKET: "connection closed",
  UND_ERR_CONNECT_TIMEOUT: "connection not made in time",
};
