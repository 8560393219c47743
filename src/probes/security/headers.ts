import { performance } from "node:perf_hooks";
import { milliseconds, readDuration } from "../../base/duration.ts";
import { TimeLimit } from "../../base/time-limit.ts";
import type { AddressPolicy } from "../../net/address-policy.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { wrongKind } from "../examination.ts";
import { evidenceOf } from "../functional/http-answer.ts";
import { HttpExchange } from "../functional/http-exchange.ts";
import { addressOf } from "../http-address.ts";
import { failureOf } from "../look-failure.ts";
import type { ResolveService } from "../service-address.ts";
import { assessHeaders } from "./security-headers.ts";

/** Security check: what an answer's headers and cookies protect, and what they give away. */
export class HeadersChecker implements Checker {
  readonly kind = "headers";
  readonly #resolveService: ResolveService;
  readonly #exchange: HttpExchange;

  constructor(resolveService: ResolveService, policy: AddressPolicy) {
    this.#resolveService = resolveService;
    this.#exchange = new HttpExchange(policy);
  }

  async look(context: LookContext): Promise<Look> {
    const { headers: check } = context.check;
    if (check === undefined) return wrongKind(this.kind);
    context.signal.throwIfAborted();
    const service = { namespace: context.namespace, name: context.target.service };
    const found = addressOf(check, service, this.#resolveService);
    if (!found.ok) return { kind: "unreadable", ...found.error };
    const target = found.value;
    const started = performance.now();
    const { method, timeout } = check;
    using limit = new TimeLimit(context.signal, readDuration(timeout));
    try {
      const answer = await this.#exchange.ask({ target, method, headers: {} }, limit.signal);
      const assessed = assessHeaders(check, answer, target.url.protocol === "https:");
      // The body is no evidence of headers, and may hold anything.
      const evidence = evidenceOf({ ...answer, body: "" }, []);
      return { kind: "functional", ...assessed, latencyMs: answer.took, evidence };
    } catch (error) {
      context.signal.throwIfAborted();
      return failureOf(error, { late: limit.late, timeout, took: milliseconds(performance.now() - started) });
    }
  }

  /** Closes connections; looks that are under way fail. */
  close(): Promise<void> {
    return this.#exchange.close();
  }
}
