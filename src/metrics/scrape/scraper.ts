import type { CompareCheck } from "../../api/checks/compare.ts";
import type { ScrapeSpec } from "../../api/checks/scrape.ts";
import { type Duration, milliseconds, readDuration } from "../../base/duration.ts";
import { type Instant, instant } from "../../base/instant.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseSelector } from "../../core/gate/series-selector.ts";
import type { AddressRule } from "../../net/address-policy.ts";
import type { LookContext } from "../../ports/checks.ts";
import type { FindEndpoints } from "../../ports/endpoints.ts";
import type { CounterSource } from "../counter-source.ts";
import type { SourceProblem } from "../prometheus-answer.ts";
import type { NamedSelector } from "./endpoint-history.ts";
import { type BoundedTest, cachedTest } from "./pattern-cache.ts";
import type { AskGrant } from "./scrape-grants.ts";
import { ScrapeClient } from "./scrape-request.ts";
import { ScrapeSession } from "./scrape-session.ts";
import { type ScrapedService, targetsOf } from "./scrape-targets.ts";
import { ScrapedCounters } from "./scraped-counters.ts";

export interface ScraperOptions {
  readonly find: FindEndpoints;
  /** Asked before a Service of another namespace is scraped, at each look. */
  readonly grant: AskGrant;
  readonly test: BoundedTest;
  readonly monotonic: () => Duration;
  /** Which endpoints are connected to: users can write an EndpointSlice. Without it any is. */
  readonly rule?: AddressRule;
  /** Largest answer of an endpoint. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Longest time of any scrape, whatever checks say. Default: theirs. */
  readonly mostTimeout?: Duration;
}

export interface Scrape {
  readonly check: CompareCheck;
  readonly scrape: ScrapeSpec;
  /** The live side is read too. */
  readonly baseline: boolean;
}

const MAX_BYTES = 16 * 1024 * 1024;
/** Sessions of so many checks are kept; one that was dropped begins anew, with a new base. */
const MOST_SESSIONS = 1_000;

/** Direct scraping for all checks: a session each, which lives as long as its check is looked at. */
export class Scraper {
  readonly #options: ScraperOptions;
  readonly #client = new ScrapeClient();
  readonly #sessions = new Map<string, { readonly of: string; readonly session: ScrapeSession }>();

  constructor(options: ScraperOptions) {
    this.#options = options;
  }

  /**
   * Scrapes once, and gives what was counted until now.
   * @throws the reason of the context's signal when that ended it
   */
  async read(key: string, context: LookContext, what: Scrape): Promise<Result<CounterSource, SourceProblem>> {
    const services = servicesOf(context, what);
    const refused = await this.#refusalOf(context, services);
    if (refused !== undefined) return err(refused);
    const targets = targetsOf(services, what.scrape.port, this.#options.find);
    if (!targets.ok) return targets;
    if (targets.value.length === 0)
      return err({ reason: "NoEndpoints", message: "no endpoint that could be scraped is ready" });
    const session = this.#session(key, context, what);
    if (!session.ok) return session;
    const { monotonic } = this.#options;
    const began = monotonic();
    const now = (): Instant => instant(context.now + (monotonic() - began));
    const { from: start, judgedUntil: judged = context.from, signal } = context;
    const looked = await session.value.look(targets.value, { start, judged, now, signal });
    return looked.ok ? ok(new ScrapedCounters(session.value)) : looked;
  }

  /** The check is over. */
  forget(key: string): void {
    this.#sessions.get(key)?.session.stop();
    this.#sessions.delete(key);
  }

  close(): void {
    for (const key of [...this.#sessions.keys()]) this.forget(key);
    this.#client.close();
  }

  async #refusalOf(
    { namespace: from, signal }: LookContext,
    services: readonly ScrapedService[],
  ): Promise<SourceProblem | undefined> {
    for (const { namespace, name } of services) {
      const refused = namespace === from ? undefined : await this.#options.grant({ from, namespace, name });
      signal.throwIfAborted();
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  #session(key: string, { from }: LookContext, what: Scrape): Result<ScrapeSession, SourceProblem> {
    const of = JSON.stringify([from, what]);
    const known = this.#sessions.get(key);
    if (known?.of === of) return ok(known.session);
    this.forget(key);
    const selectors = selectorsOf(what);
    if (!selectors.ok) return err({ reason: "InvalidSelector", message: selectors.error });
    const { check, scrape } = what;
    const { test, maxBytes = MAX_BYTES, mostTimeout, rule } = this.#options;
    const timeout = readDuration(scrape.timeout);
    const session = new ScrapeSession({
      client: this.#client,
      selectors: selectors.value,
      test: cachedTest(test),
      at: { scheme: scrape.scheme, path: scrape.path },
      limits: { timeout: milliseconds(Math.min(timeout, mostTimeout ?? timeout)), maxBytes },
      rule,
      patience: readDuration(check.scrapeInterval),
      staleAfter: readDuration(check.staleAfter),
    });
    this.#sessions.set(key, { of, session });
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS && oldest !== undefined) this.forget(oldest);
    return ok(session);
  }
}

/** The gateway's Service counts both sides; the slots' Services each their own. */
function servicesOf({ target, namespace }: LookContext, { scrape, baseline }: Scrape): ScrapedService[] {
  if (scrape.service !== undefined)
    return [
      {
        namespace: scrape.service.namespace ?? namespace,
        name: scrape.service.name,
        sides: ["candidate", "live"],
      },
    ];
  const candidate: ScrapedService = { namespace, name: target.service, sides: ["candidate"] };
  if (!baseline || target.baselineService === undefined) return [candidate];
  return [candidate, { namespace, name: target.baselineService, sides: ["live"] }];
}

function selectorsOf({ check, baseline }: Scrape): Result<readonly NamedSelector[], string> {
  const sides = check.metrics.flatMap(({ candidate, live }) => (baseline ? [candidate, live] : [candidate]));
  const texts = sides.flatMap(({ total, bad, good }) =>
    [total, bad, good].filter((text) => text !== undefined),
  );
  const selectors: NamedSelector[] = [];
  for (const text of new Set(texts)) {
    const selector = parseSelector(text);
    if (!selector.ok) return selector;
    selectors.push({ text, selector: selector.value });
  }
  return ok(selectors);
}
