import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import axios, { AxiosError, type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from "axios";
import { type Duration, renderDuration, seconds } from "../base/duration.ts";
import { err, type Result } from "../base/result.ts";
import { TimeLimit } from "../base/time-limit.ts";
import { maskSecrets } from "../core/gate/mask.ts";
import type { AddressRule } from "../net/address-policy.ts";
import { forbiddenIn } from "../net/forbidden-address.ts";
import { guardedLookup, refusalOf } from "../net/guarded-lookup.ts";
import { type Answer, readAnswer, readRuleNames, type SourceProblem } from "./prometheus-answer.ts";

export interface PrometheusApiOptions {
  /** Base URL that is used where a check names none. */
  readonly defaultAddress?: string;
  /** Value of the Authorization header for the default address; asked for at each request, so it may rotate. */
  readonly authorization?: () => string | undefined;
  /** Which addresses of checks are connected to; the default one is the operator's. Without it any is. */
  readonly rule?: AddressRule;
  /** Longest time of one request, from first to last byte. Default 5 s. */
  readonly timeout?: Duration;
  /** Largest answer. Default 16 MiB. */
  readonly maxBytes?: number;
}

const DEFAULT_TIMEOUT = seconds(5);
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
const MOST_SOCKETS = 32;

/** Instant queries over kept connections. Whatever goes wrong comes back as a value. */
export class PrometheusApi {
  readonly #options: PrometheusApiOptions;
  readonly #timeout: Duration;
  readonly #http: AxiosInstance;
  readonly #agents: readonly (HttpAgent | HttpsAgent)[];

  constructor(options: PrometheusApiOptions) {
    this.#options = options;
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT;
    const kept = { keepAlive: true, maxSockets: MOST_SOCKETS, maxFreeSockets: 8 };
    const httpAgent = new HttpAgent(kept);
    const httpsAgent = new HttpsAgent(kept);
    this.#agents = [httpAgent, httpsAgent];
    this.#http = axios.create({
      httpAgent,
      httpsAgent,
      proxy: false,
      maxRedirects: 0,
      maxContentLength: options.maxBytes ?? DEFAULT_MAX_BYTES,
      validateStatus: () => true,
      responseType: "text",
      transformResponse: (body: unknown) => body,
    });
  }

  /** The address that a check means; undefined when neither it nor the controller names one. */
  addressOf(address: string | undefined): string | undefined {
    return address ?? this.#options.defaultAddress;
  }

  /**
   * One instant query, evaluated at the source's own present.
   * @throws the reason of `signal` when that ended it; nothing else
   */
  query(address: string, expr: string, signal: AbortSignal): Promise<Result<Answer, SourceProblem>> {
    const send = (options: AxiosRequestConfig) =>
      this.#http.post<string>(urlOf(address, "query"), new URLSearchParams({ query: expr }), options);
    return this.#ask(address, send, readAnswer, signal);
  }

  /**
   * The names of the alerting rules that are loaded.
   * @throws the reason of `signal` when that ended it; nothing else
   */
  alertRules(address: string, signal: AbortSignal): Promise<Result<ReadonlySet<string>, SourceProblem>> {
    const send = (options: AxiosRequestConfig) =>
      this.#http.get<string>(`${urlOf(address, "rules")}?type=alert`, options);
    return this.#ask(address, send, readRuleNames, signal);
  }

  async #ask<T>(
    address: string,
    send: (options: AxiosRequestConfig) => Promise<AxiosResponse<string>>,
    read: (status: number, body: unknown) => Result<T, SourceProblem>,
    signal: AbortSignal,
  ): Promise<Result<T, SourceProblem>> {
    signal.throwIfAborted();
    // The client's own time-out is for an idle socket; a source that drips bytes would never meet it.
    using limit = new TimeLimit(signal, this.#timeout);
    try {
      const headers = this.#headersFor(address);
      const { status, data } = await send({ signal: limit.signal, headers, ...this.#guardOf(address) });
      return read(status, parse(data));
    } catch (error) {
      signal.throwIfAborted();
      return err(this.#problemOf(error, limit.late));
    }
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  /** @throws ForbiddenAddressError for an address that is refused as it stands */
  #guardOf(address: string): Pick<AxiosRequestConfig, "lookup"> {
    const { rule, defaultAddress } = this.#options;
    if (rule === undefined || address === defaultAddress || !URL.canParse(address)) return {};
    const { hostname, port, protocol } = new URL(address);
    const at = Number(port) || (protocol === "https:" ? 443 : 80);
    const refusal = refusalOf(rule, hostname, at);
    if (refusal !== undefined) throw refusal;
    return { lookup: guardedLookup(rule, at) as NonNullable<AxiosRequestConfig["lookup"]> };
  }

  #headersFor(address: string): Record<string, string> {
    const own = address === this.#options.defaultAddress ? this.#options.authorization?.() : undefined;
    // Answers are small and come from near by: unpacking them would cost more than all the rest of a look.
    return { "accept-encoding": "identity", ...(own === undefined ? {} : { authorization: own }) };
  }

  #problemOf(error: unknown, late: boolean): SourceProblem {
    if (late)
      return {
        reason: "Timeout",
        message: `the source did not answer within ${renderDuration(this.#timeout)}`,
      };
    const refusal = forbiddenIn(error);
    if (refusal !== undefined) return { reason: refusal.code, message: refusal.message };
    if (error instanceof AxiosError && /maxContentLength/.test(error.message))
      return { reason: "AnswerTooLarge", message: "the answer is too large; narrow the selector by labels" };
    const code = error instanceof AxiosError ? error.code : undefined;
    if (code === "ERR_INVALID_URL") return { reason: "InvalidAddress", message: "the address is no URL" };
    const told = error instanceof Error ? maskSecrets(error.message).slice(0, 200) : "unknown";
    return { reason: "Unreachable", message: `the source can't be reached (${code ?? told})` };
  }
}

const urlOf = (address: string, what: string): string => `${address.replace(/\/+$/, "")}/api/v1/${what}`;

function parse(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
