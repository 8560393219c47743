import { type Duration, milliseconds, seconds } from "../base/duration.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Clock } from "../ports/clock.ts";
import { Agents } from "./agents.ts";
import { backoffDelay, jitteredRetryAfter, type Random } from "./backoff.ts";
import type { Credentials } from "./credentials.ts";
import { type Answer, type Exchange, exchange } from "./exchange.ts";
import type { Fence } from "./fence.ts";
import { isTransient, KubeError } from "./kube-error.ts";
import { type KubeMetrics, noMetrics } from "./metrics.ts";
import type { KubeRequest } from "./request.ts";
import { ServerClock } from "./server-clock.ts";
import { sleep } from "./sleep.ts";
import { readFailure } from "./status.ts";

/** A body that is read while it arrives; `signal` of the request, or leaving the loop, ends it. */
export interface KubeStream {
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface TransportOptions {
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly random?: Random;
  readonly metrics?: KubeMetrics;
  readonly userAgent?: string;
  readonly deadline?: Duration;
  /** What every write has to pass; without one nobody but the caller decides. */
  readonly fence?: Fence;
}

/** What a fenced transport shares with the one that it was made from. */
type Shared = Pick<Transport, "serverClock"> & { readonly agents: Agents };

const DEADLINE = seconds(15);
const MAX_BYTES = 32 * 1024 * 1024;
const ATTEMPTS = 4;
const RETRY = { first: milliseconds(100), ceiling: seconds(5) };
const RETRY_SPREAD = seconds(1);

/** All requests to one cluster: one connection pool, fresh credentials each time, errors as values, bounded in time and size. */
export class Transport {
  /** The API server's time, learnt from every answer. */
  readonly serverClock: ServerClock;
  readonly #options: TransportOptions;
  readonly #random: Random;
  readonly #metrics: KubeMetrics;
  readonly #agents: Agents;

  constructor(options: TransportOptions, shared?: Shared) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#metrics = options.metrics ?? noMetrics;
    this.#agents = shared?.agents ?? new Agents();
    this.serverClock = shared?.serverClock ?? new ServerClock(() => options.clock.monotonic());
  }

  /** The same connections and clock for somebody whose writes have to pass `fence`. Is closed with this one. */
  fenced(fence: Fence): Transport {
    return new Transport(
      { ...this.#options, fence },
      { serverClock: this.serverClock, agents: this.#agents },
    );
  }

  /** Sends, and reads the whole answer as text. Transient failures of idempotent requests are retried within the deadline. */
  async text(request: KubeRequest): Promise<Result<string, KubeError>> {
    const { clock } = this.#options;
    const idempotent = request.idempotent ?? request.method === "GET";
    const attempts = idempotent ? (request.attempts ?? ATTEMPTS) : 1;
    const end = clock.monotonic() + (request.deadline ?? this.#options.deadline ?? DEADLINE);
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#attempt(request, milliseconds(end - clock.monotonic()));
      if (answer.ok || attempt >= attempts || !isTransient(answer.error)) return answer;
      const own = backoffDelay(attempt, RETRY, this.#random);
      const asked = answer.error.retryAfter;
      const wait = asked === undefined ? own : jitteredRetryAfter(asked, RETRY_SPREAD, this.#random);
      if (clock.monotonic() + wait >= end) return answer;
      if (!(await sleep(clock, wait, request.signal))) return err(aborted());
    }
  }

  /** As `text`, parsed. `T` is what the caller trusts the API server to send. */
  async json<T>(request: KubeRequest): Promise<Result<T, KubeError>> {
    const answer = await this.text(request);
    if (!answer.ok) return answer;
    try {
      return ok(JSON.parse(answer.value) as T);
    } catch {
      return err(
        new KubeError({
          kind: "malformed",
          message: `${request.method} ${request.path}: the answer is no JSON`,
        }),
      );
    }
  }

  /** Opens a streamed answer (a watch). The deadline covers the time up to the first byte of the answer's head. */
  async stream(request: KubeRequest): Promise<Result<KubeStream, KubeError>> {
    const answer = await this.#exchange(request, request.deadline ?? this.#options.deadline ?? DEADLINE);
    if (!answer.ok) return answer;
    if (answer.value.status >= 300) return this.#failure(answer.value, request);
    answer.value.headArrived();
    return ok({ chunks: answer.value.chunks });
  }

  /** Ends every connection, running watches too. */
  close(): Promise<void> {
    return this.#agents.destroy();
  }

  async #attempt(request: KubeRequest, deadline: Duration): Promise<Result<string, KubeError>> {
    const answer = await this.#exchange(request, deadline);
    if (!answer.ok) return answer;
    if (answer.value.status >= 300) return this.#failure(answer.value, request);
    return answer.value.text(request.maxBytes ?? MAX_BYTES);
  }

  async #exchange(request: KubeRequest, deadline: Duration): Promise<Result<Answer, KubeError>> {
    const { clock, credentials, userAgent, fence } = this.#options;
    const sent = clock.monotonic();
    const what: Exchange = {
      request,
      deadline,
      clock,
      credentials,
      agents: this.#agents,
      userAgent: userAgent ?? "bascule",
      fence: request.method === "GET" ? undefined : fence,
    };
    const answer = await exchange(what);
    const outcome = answer.ok ? String(answer.value.status) : answer.error.kind;
    this.#metrics.requestDone({
      method: request.method,
      outcome,
      took: milliseconds(clock.monotonic() - sent),
    });
    if (answer.ok) this.serverClock.observe(answer.value.date, answer.value.sent);
    return answer;
  }

  /** The Status in the body of a failed answer; a proxy's page is not repeated. */
  async #failure(answer: Answer, request: KubeRequest): Promise<Result<never, KubeError>> {
    const body = await answer.text(1024 * 1024);
    const error = readFailure(answer.status, body.ok ? body.value : "", answer.retryAfter);
    return err(answer.redact(error, `${request.method} ${request.path}`));
  }
}

const aborted = (): KubeError =>
  new KubeError({ kind: "aborted", message: "the request was given up by its caller" });
