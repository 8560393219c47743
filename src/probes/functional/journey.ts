import { readDuration } from "../../base/duration.ts";
import { TimeLimit } from "../../base/time-limit.ts";
import type { AddressPolicy } from "../../net/address-policy.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { unreadable } from "../look-failure.ts";
import type { ResolveService } from "../service-address.ts";
import { HttpExchange } from "./http-exchange.ts";
import { JourneyWalk } from "./journey-walk.ts";

/** Functional check: several requests as a user makes them. Each look begins anew, without cookies and values. */
export class JourneyChecker implements Checker {
  readonly kind = "journey";
  readonly #resolveService: ResolveService;
  readonly #exchange: HttpExchange;

  constructor(resolveService: ResolveService, policy: AddressPolicy) {
    this.#resolveService = resolveService;
    this.#exchange = new HttpExchange(policy);
  }

  async look({ check, namespace, target, signal, now }: LookContext): Promise<Look> {
    const { journey } = check;
    if (journey === undefined) return unreadable("WrongKind", "the check is no journey");
    signal.throwIfAborted();
    using limit = new TimeLimit(signal, readDuration(journey.timeout));
    const walk = new JourneyWalk(journey, {
      exchange: this.#exchange,
      resolveService: this.#resolveService,
      service: { namespace, name: target.service },
      limit,
      now,
    });
    return await walk.walk(signal);
  }

  /** Closes connections; looks that are under way fail. */
  close(): Promise<void> {
    return this.#exchange.close();
  }
}
