import type { IncomingHttpHeaders } from "node:http";
import { request as send } from "undici";
import { type Duration, renderDuration } from "../base/duration.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Clock } from "../ports/clock.ts";
import { type Agents, TransportClosed } from "./agents.ts";
import type { Access, Credentials } from "./credentials.ts";
import { CredentialsError } from "./credentials-error.ts";
import { type Fence, fenced, fencedOff } from "./fence.ts";
import { KubeError } from "./kube-error.ts";
import type { KubeRequest } from "./request.ts";
import { readRetryAfter } from "./status.ts";

/** One request and its answer on the wire, without retries. */
export interface Exchange {
  readonly request: KubeRequest;
  readonly deadline: Duration;
  readonly clock: Clock;
  readonly credentials: Credentials;
  readonly agents: Agents;
  readonly userAgent: string;
  /** What the request has to pass; undefined for one that changes nothing, or that nobody may stop. */
  readonly fence: Fence | undefined;
}

export interface Answer {
  readonly status: number;
  readonly date: string | undefined;
  /** Monotonic time just before the request left. */
  readonly sent: Duration;
  readonly retryAfter: Duration | undefined;
  /** The raw body; ends the exchange when left. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The whole body, up to `maxBytes`; releases the deadline. */
  text(maxBytes: number): Promise<Result<string, KubeError>>;
  /** For streams: the deadline has done its work. */
  headArrived(): void;
  /** Takes this request's own credentials out of an error's text, should the server repeat them. */
  redact(error: KubeError, what: string): KubeError;
}

/** Gives a request a deadline and joins it with the signals that may end it; `release` frees timer and listeners. */
class Limits {
  readonly #abort = new AbortController();
  readonly #cancel: () => void;
  readonly #outer: readonly AbortSignal[];
  readonly #onOuter = (): void => this.#abort.abort();
  late = false;

  constructor(clock: Clock, deadline: Duration, outer: readonly (AbortSignal | undefined)[]) {
    this.#outer = outer.filter((signal) => signal !== undefined);
    this.#cancel = clock.after(deadline, () => {
      this.late = true;
      this.#abort.abort();
    });
    for (const signal of this.#outer) {
      if (signal.aborted) this.#abort.abort();
      signal.addEventListener("abort", this.#onOuter, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }
  stopTimer(): void {
    this.#cancel();
  }
  release(): void {
    this.#cancel();
    for (const signal of this.#outer) signal.removeEventListener("abort", this.#onOuter);
  }
}

/** Sends the request once. Resolves when the answer's head is there, or with what prevented it. */
export async function exchange(what: Exchange): Promise<Result<Answer, KubeError>> {
  const { request, clock, deadline, fence } = what;
  const label = `${request.method} ${request.path}`;
  const limits = new Limits(clock, deadline, [request.signal, fence?.closed]);
  const failed = (cause: unknown): KubeError =>
    fence?.closed.aborted ? fencedOff(label) : errorOf(cause, limits, label, deadline);
  try {
    const access = await orAbort(what.credentials.access(), limits.signal);
    const sent = clock.monotonic();
    const agent = what.agents.for(access.tls);
    const response = await send(urlOf(what), {
      dispatcher: fence === undefined ? agent : fenced(agent, fence, label),
      method: request.method,
      headers: headersOf(what, access),
      signal: limits.signal,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const { statusCode: status, headers, body } = response;
    return ok({
      status,
      date: one(headers, "date"),
      sent,
      retryAfter: readRetryAfter(one(headers, "retry-after"), one(headers, "date")),
      chunks: guarded(body, limits, failed),
      text: (maxBytes) => readText(body, maxBytes, limits, failed),
      headArrived: () => limits.stopTimer(),
      redact: (error, at) => redact(error, at, access),
    });
  } catch (cause) {
    limits.release();
    return err(failed(cause));
  }
}

function urlOf({ request, credentials, deadline, fence }: Exchange): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) query.set(name, value);
  // A slow API server gives the request up in time too, instead of carrying it out when somebody else may write already.
  if (fence) query.set("timeout", `${Math.max(1, Math.floor(Math.min(deadline, fence.remaining)))}ms`);
  const text = query.toString();
  return `${credentials.server}${request.path}${text === "" ? "" : `?${text}`}`;
}

const headersOf = ({ request, userAgent }: Exchange, access: Access): Record<string, string> => ({
  accept: request.accept ?? "application/json",
  "user-agent": userAgent,
  ...(request.body === undefined ? {} : { "content-type": request.contentType ?? "application/json" }),
  ...access.headers,
});

/** Streams the body; a failure in the middle is thrown as a KubeError. */
async function* guarded(
  body: AsyncIterable<Uint8Array>,
  limits: Limits,
  failed: (cause: unknown) => KubeError,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw failed(cause);
  } finally {
    limits.release();
  }
}

async function readText(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  limits: Limits,
  failed: (cause: unknown) => KubeError,
): Promise<Result<string, KubeError>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      size += part.byteLength;
      if (size > maxBytes)
        return err(
          new KubeError({ kind: "tooLarge", message: `the answer has more than ${maxBytes} bytes` }),
        );
      parts.push(part);
    }
    return ok(Buffer.concat(parts).toString("utf8"));
  } catch (cause) {
    return err(failed(cause));
  } finally {
    limits.release();
  }
}

/** undici's and Node's errors name addresses and codes, never headers; only the code goes into the text. */
function errorOf(cause: unknown, limits: Limits, label: string, deadline: Duration): KubeError {
  if (cause instanceof KubeError) return cause;
  if (limits.late)
    return new KubeError({
      kind: "timeout",
      message: `${label}: no answer within ${renderDuration(deadline)}`,
    });
  if (limits.signal.aborted)
    return new KubeError({ kind: "aborted", message: `${label}: given up by its caller` });
  if (cause instanceof TransportClosed)
    return new KubeError({ kind: "aborted", message: `${label}: ${cause.message}` });
  if (cause instanceof CredentialsError)
    return new KubeError({ kind: "credentials", message: cause.message });
  const code =
    cause instanceof Error ? String((cause as NodeJS.ErrnoException).code ?? cause.name) : "unknown";
  return new KubeError({
    kind: "unreachable",
    message: `${label}: the API server can't be reached (${code})`,
    cause,
  });
}

function redact(error: KubeError, at: string, access: Access): KubeError {
  const secret = (access.headers.Authorization ?? "").replace(/^(Bearer|Basic) /, "");
  const clean = (text: string): string => (secret === "" ? text : text.replaceAll(secret, "[redacted]"));
  return new KubeError({
    kind: error.kind,
    code: error.code,
    reason: clean(error.reason),
    retryAfter: error.retryAfter,
    message: `${at}: ${clean(error.message)}`,
    causes: error.causes.map((cause) => ({ ...cause, message: clean(cause.message) })),
    conflicts: error.conflicts,
  });
}

/** Waits for a promise that knows no signal (a credential plugin) no longer than the signal allows. */
function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error("aborted"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

const one = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};
