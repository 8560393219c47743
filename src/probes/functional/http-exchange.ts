import { performance } from "node:perf_hooks";
import { type Agent, type Dispatcher, request } from "undici";
import { milliseconds } from "../../base/duration.ts";
import type { AddressPolicy } from "../../net/address-policy.ts";
import { readBody } from "../../net/bounded-body.ts";
import { guardedAgent } from "../../net/guarded-agent.ts";
import type { HttpTarget } from "../http-address.ts";
import type { HttpAnswer } from "./http-answer.ts";

const LARGEST_BODY = 1024 * 1024;

export interface HttpRequest {
  readonly target: HttpTarget;
  readonly method: Dispatcher.HttpMethod;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** Sends single requests, each on a connection of its own, to addresses that the policy allows. */
export class HttpExchange {
  readonly #elsewhere: Agent;
  readonly #slot: Agent;

  constructor(policy: AddressPolicy) {
    this.#elsewhere = guardedAgent(policy);
    // Certificates of pods rarely name their Service and come from a private authority: like a kubelet's probe, a
    // look at the slot's own port does not verify them. A look at another address does.
    this.#slot = guardedAgent(policy.slot, { verify: false });
  }

  /** @throws the client's errors, for `failureOf` */
  async ask({ target, method, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { url, authority } = target;
    const started = performance.now();
    const answer = await request(url, {
      method,
      headers: { ...(authority === undefined ? {} : { host: authority }), ...headers },
      body: body ?? (method === "POST" ? "" : null),
      signal,
      dispatcher: authority === undefined ? this.#elsewhere : this.#slot,
      // A kept connection would stay with one pod; each look is to meet any of them.
      reset: true,
    });
    const text = await readBody(answer.body, LARGEST_BODY);
    const took = milliseconds(performance.now() - started);
    return { status: answer.statusCode, headers: answer.headers, body: text, took };
  }

  /** Closes connections; requests that are under way fail. */
  async close(): Promise<void> {
    await Promise.all([this.#elsewhere.destroy(), this.#slot.destroy()]);
  }
}

/** Headers that carry no secret of their own; the values of all others are masked where an answer echoes them. */
const PLAIN_HEADERS = new Set(["accept", "content-type", "user-agent", "host", "accept-language"]);

export const lowerCase = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

export const secretsOf = (headers: Readonly<Record<string, string>> = {}): readonly string[] =>
  Object.entries(headers).flatMap(([name, value]) =>
    PLAIN_HEADERS.has(name.toLowerCase()) ? [] : [value, ...value.split(/\s+/)],
  );
