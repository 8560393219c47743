import { performance } from "node:perf_hooks";
import { type Duration, milliseconds, readDuration } from "../../base/duration.ts";
import { TimeLimit } from "../../base/time-limit.ts";
import type { AddressPolicy } from "../../net/address-policy.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { addressOf } from "../http-address.ts";
import { failureOf, unreadable } from "../look-failure.ts";
import type { ResolveService } from "../service-address.ts";
import { assess, evidenceOf, type HttpAnswer } from "./http-answer.ts";
import { HttpExchange, lowerCase, secretsOf } from "./http-exchange.ts";

/**
 * Functional check: one request to the candidate. An answer that is wrong, late or missing is a bad look; only
 * what says nothing about the candidate (its Service is not known, the check itself is wrong) is unreadable.
 */
export class HttpChecker implements Checker {
  readonly kind = "http";
  readonly #resolveService: ResolveService;
  readonly #exchange: HttpExchange;

  constructor(resolveService: ResolveService, policy: AddressPolicy) {
    this.#resolveService = resolveService;
    this.#exchange = new HttpExchange(policy);
  }

  async look(context: LookContext): Promise<Look> {
    const { http } = context.check;
    if (http === undefined) return unreadable("WrongKind", "the check is no http check");
    context.signal.throwIfAborted();
    const service = { namespace: context.namespace, name: context.target.service };
    const target = addressOf(http, service, this.#resolveService);
    if (!target.ok) return { kind: "unreadable", ...target.error };
    const secrets = secretsOf(http.headers);
    const started = performance.now();
    const elapsed = (): Duration => milliseconds(performance.now() - started);
    using limit = new TimeLimit(context.signal, readDuration(http.timeout));
    const { method, body } = http;
    const request = { target: target.value, method, headers: lowerCase(http.headers), body };
    let answer: HttpAnswer;
    try {
      answer = await this.#exchange.ask(request, limit.signal);
    } catch (error) {
      context.signal.throwIfAborted();
      return failureOf(error, { late: limit.late, timeout: http.timeout, took: elapsed(), secrets });
    }
    const evidence = evidenceOf(answer, secrets);
    return { kind: "functional", ...assess(http.expect, answer, secrets), latencyMs: answer.took, evidence };
  }

  /** Closes connections; looks that are under way fail. */
  close(): Promise<void> {
    return this.#exchange.close();
  }
}
