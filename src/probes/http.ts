import { performance } from "node:perf_hooks";
import { type Agent, request } from "undici";
import type { HttpCheck } from "../api/checks/http.ts";
import { type Duration, milliseconds, readDuration, renderDuration } from "../base/duration.ts";
import { TimeLimit } from "../base/time-limit.ts";
import { maskSecrets } from "../core/gate/mask.ts";
import type { AddressPolicy } from "../net/address-policy.ts";
import { BodyTooLargeError, readBody } from "../net/bounded-body.ts";
import { forbiddenIn } from "../net/forbidden-address.ts";
import { guardedAgent } from "../net/guarded-agent.ts";
import type { Checker, Look, LookContext } from "../ports/checks.ts";
import { addressOf, type HttpTarget, type ResolveService } from "./http-address.ts";
import { assess, evidenceOf, type HttpAnswer } from "./http-answer.ts";

const LARGEST_BODY = 1024 * 1024;
/** Headers that carry no secret of their own; the values of all others are masked where an answer echoes them. */
const PLAIN_HEADERS = new Set(["accept", "content-type", "user-agent", "host", "accept-language"]);

/**
 * Functional check: one request to the candidate. An answer that is wrong, late or missing is a bad look; only
 * what says nothing about the candidate (its Service is not known, the check itself is wrong) is unreadable.
 */
export class HttpChecker implements Checker {
  readonly kind = "http";
  readonly #resolveService: ResolveService;
  readonly #elsewhere: Agent;
  readonly #slot: Agent;

  constructor(resolveService: ResolveService, policy: AddressPolicy) {
    this.#resolveService = resolveService;
    this.#elsewhere = guardedAgent(policy);
    // Certificates of pods rarely name their Service and come from a private authority: like a kubelet's probe, a
    // look at the slot's own port does not verify them. A look at another address does.
    this.#slot = guardedAgent(policy.slot, { verify: false });
  }

  async look(context: LookContext): Promise<Look> {
    const { http } = context.check;
    if (http === undefined)
      return { kind: "unreadable", reason: "WrongKind", message: "the check is no http check" };
    context.signal.throwIfAborted();
    const service = { namespace: context.namespace, name: context.target.service };
    const target = addressOf(http, service, this.#resolveService);
    if (!target.ok) return { kind: "unreadable", ...target.error };
    const secrets = secretsOf(http);
    const started = performance.now();
    const elapsed = (): Duration => milliseconds(performance.now() - started);
    using limit = new TimeLimit(context.signal, readDuration(http.timeout));
    let answer: HttpAnswer;
    try {
      answer = await this.#ask(http, target.value, limit.signal, elapsed);
    } catch (error) {
      context.signal.throwIfAborted();
      return failureOf(error, { late: limit.late, timeout: http.timeout, took: elapsed(), secrets });
    }
    const evidence = evidenceOf(answer, secrets);
    return { kind: "functional", ...assess(http, answer), latencyMs: answer.took, evidence };
  }

  /** Closes connections; looks that are under way fail. */
  async close(): Promise<void> {
    await Promise.all([this.#elsewhere.destroy(), this.#slot.destroy()]);
  }

  async #ask(
    http: HttpCheck,
    { url, authority }: HttpTarget,
    signal: AbortSignal,
    elapsed: () => Duration,
  ): Promise<HttpAnswer> {
    const headers = { ...(authority === undefined ? {} : { host: authority }), ...lowerCase(http.headers) };
    const answer = await request(url, {
      method: http.method,
      headers,
      body: http.method === "POST" ? (http.body ?? "") : null,
      signal,
      dispatcher: authority === undefined ? this.#elsewhere : this.#slot,
      // A kept connection would stay with one pod; each look is to meet any of them.
      reset: true,
    });
    const body = await readBody(answer.body, LARGEST_BODY);
    return { status: answer.statusCode, headers: answer.headers, body, took: elapsed() };
  }
}

const lowerCase = (headers: HttpCheck["headers"]): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

const secretsOf = (http: HttpCheck): readonly string[] =>
  Object.entries(http.headers ?? {}).flatMap(([name, value]) =>
    PLAIN_HEADERS.has(name.toLowerCase()) ? [] : [value, ...value.split(/\s+/)],
  );

function failureOf(
  error: unknown,
  look: {
    readonly late: boolean;
    readonly timeout: string;
    readonly took: Duration;
    readonly secrets: readonly string[];
  },
): Look {
  const bad = (reason: string, message: string): Look & { readonly kind: "functional" } => ({
    kind: "functional",
    good: false,
    reason,
    message,
    latencyMs: look.took,
  });
  if (error instanceof BodyTooLargeError)
    return bad("BodyTooLarge", "the body is larger than 1 MiB; check a smaller page");
  const refusal = forbiddenIn(error);
  if (refusal !== undefined)
    return { kind: "unreadable", reason: "ForbiddenAddress", message: refusal.message };
  if (look.late) return bad("Timeout", `no whole answer within ${look.timeout}`);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "UND_ERR_INVALID_ARG")
    return {
      kind: "unreadable",
      reason: "InvalidCheck",
      message: "a header, the path or the body can't be sent as it is",
    };
  const told = error instanceof Error ? maskSecrets(error.message, look.secrets).slice(0, 200) : "";
  const after = renderDuration(look.took);
  const answer = bad("NoAnswer", `no answer after ${after} (${code === "" ? told : code})`);
  return code === "ECONNREFUSED" ? { ...answer, refused: true } : answer;
}
