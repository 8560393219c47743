import { type Duration, renderDuration } from "../../base/duration.ts";
import { between, type Instant, instant } from "../../base/instant.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { nameOf, type RegexTest } from "../../core/gate/series-selector.ts";
import type { AddressRule } from "../../net/address-policy.ts";
import type { Side } from "../counter-source.ts";
import type { Series, SourceProblem } from "../prometheus-answer.ts";
import { AtMost } from "./at-most.ts";
import {
  EndpointHistory,
  type NamedSelector,
  type ScrapedSeries,
  TooManySeries,
} from "./endpoint-history.ts";
import { PatternTooSlow } from "./pattern-cache.ts";
import type { ScrapeAddress, ScrapeClient, ScrapeLimits } from "./scrape-request.ts";
import type { ScrapeTarget } from "./scrape-targets.ts";

export interface SessionOptions {
  readonly client: ScrapeClient;
  readonly selectors: readonly NamedSelector[];
  readonly test: RegexTest;
  readonly at: Pick<ScrapeAddress, "scheme" | "path">;
  readonly limits: ScrapeLimits;
  /** Which addresses are connected to; without it any is. */
  readonly rule?: AddressRule | undefined;
  /** A look waits so long for all of its scrapes; then it goes on with those that have come. */
  readonly patience: Duration;
  readonly staleAfter: Duration;
}

export interface SessionLook {
  /** Start of the evidence, and up to where it is judged. */
  readonly start: Instant;
  readonly judged: Instant;
  readonly now: () => Instant;
  readonly signal: AbortSignal;
}

interface Endpoint {
  readonly history: EndpointHistory;
  /** A scrape that is under way. */
  running?: Promise<void>;
  /** One that has ended, and that no look has taken in yet. */
  outcome?: Result<ReadonlyMap<ScrapedSeries, number>, SourceProblem>;
}

/** Endpoints that are gone are remembered while they are few: a pod that comes back goes on counting. */
const MOST_REMEMBERED = 1_000;
const AT_ONCE = 16;

/** The scrapes of one check: each look makes one of every endpoint, all at the same instant. */
export class ScrapeSession {
  readonly #options: SessionOptions;
  /** Names that can match; undefined among them: any can. */
  readonly #names: ReadonlySet<string | undefined>;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #limit = new AtMost(AT_ONCE);
  #abort = new AbortController();
  #at = instant(0);

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#names = new Set(options.selectors.map(({ selector }) => nameOf(selector)));
  }

  /**
   * Scrapes all targets once and takes in what has come. A scrape that is late is taken in by a later look. A target
   * that was silent for longer than `staleAfter` is a problem, and so is a look to which nothing came.
   * @throws the reason of `signal` when that ended it
   */
  async look(targets: readonly ScrapeTarget[], look: SessionLook): Promise<Result<void, SourceProblem>> {
    look.signal.throwIfAborted();
    const endpoints = targets.map((target) => this.#endpointOf(target, look.start));
    for (const endpoint of endpoints) endpoint.running ??= this.#scrape(endpoint);
    await this.#wait(endpoints, look.signal);
    // Later than all before, also where two looks are made in one millisecond: windows are judged by their time.
    const at = instant(Math.max(look.now(), this.#at + 1));
    this.#at = at;
    const problems: SourceProblem[] = [];
    let fresh = 0;
    for (const endpoint of endpoints) {
      const { outcome, history } = endpoint;
      delete endpoint.outcome;
      if (outcome?.ok) {
        history.forgetBefore(look.judged);
        history.add(outcome.value, at);
        fresh += 1;
      } else if (outcome !== undefined) problems.push(named(history, outcome.error));
    }
    const silence = this.#silenceOf(endpoints, at, problems[0]);
    if (silence !== undefined) return err(silence);
    if (fresh > 0) return ok(undefined);
    return err(problems[0] ?? { reason: "Timeout", message: "no scrape has ended" });
  }

  /** Series of a side that a selector matches, those of endpoints that are gone among them. */
  series(selector: string, side: Side): readonly Series[] {
    return [...this.#endpoints.values()].flatMap(({ history }) =>
      history.target.sides.includes(side) ? history.series(selector) : [],
    );
  }

  /** Ends all scrapes that are under way. */
  stop(): void {
    this.#abort.abort(new Error("the scrapes are over"));
    this.#abort = new AbortController();
  }

  #endpointOf(target: ScrapeTarget, start: Instant): Endpoint {
    const { selectors, test } = this.#options;
    const key = JSON.stringify([target.instance, target.pod, target.sides]);
    const known = this.#endpoints.get(key);
    const endpoint = known ?? { history: new EndpointHistory(target, selectors, test, start) };
    // The order is that of the last look: those that are gone for longest are forgotten first.
    this.#endpoints.delete(key);
    this.#endpoints.set(key, endpoint);
    const [oldest] = this.#endpoints.keys();
    if (this.#endpoints.size > MOST_REMEMBERED && oldest !== undefined) this.#endpoints.delete(oldest);
    return endpoint;
  }

  /** Until all scrapes have ended, or patience is over and at least one is good. */
  async #wait(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<void> {
    const over = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<never>();
    const stop = (): void => {
      this.stop();
      aborted.reject(signal.reason);
    };
    const timer = setTimeout(over.resolve, this.#options.patience);
    signal.addEventListener("abort", stop, { once: true });
    const running = (): readonly Promise<void>[] => endpoints.flatMap((one) => one.running ?? []);
    try {
      await Promise.race([Promise.all(running()), over.promise, aborted.promise]);
      while (running().length > 0 && !endpoints.some(({ outcome }) => outcome?.ok))
        await Promise.race([...running(), aborted.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  async #scrape(endpoint: Endpoint): Promise<void> {
    const { signal } = this.#abort;
    const outcome = await this.#limit.run(() => this.#ask(endpoint.history, signal));
    if (outcome !== undefined) endpoint.outcome = outcome;
    delete endpoint.running;
  }

  /** Undefined when the scrapes are over. Never rejects. */
  async #ask(history: EndpointHistory, signal: AbortSignal): Promise<Endpoint["outcome"]> {
    const { client, at, limits, rule } = this.#options;
    const { host, port } = history.target;
    const forbidden = rule?.problemOf(host, port);
    if (forbidden !== undefined)
      return err({ reason: "ForbiddenAddress", message: `the address is ${forbidden}` });
    const any = this.#names.has(undefined);
    const wanted = {
      name: (name: string) => any || this.#names.has(name),
      series: history.meet,
    };
    try {
      return await client.scrape({ ...at, host, port }, history.index, wanted, limits, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (error instanceof PatternTooSlow || error instanceof TooManySeries)
        return err({ reason: error.name, message: error.message });
      const kind = error instanceof Error ? error.name : "error";
      return err({ reason: "Unreachable", message: `the scrape failed (${kind})` });
    }
  }

  #silenceOf(
    endpoints: readonly Endpoint[],
    at: Instant,
    problem: SourceProblem | undefined,
  ): SourceProblem | undefined {
    const silent = endpoints.filter(({ history }) => between(history.alive, at) > this.#options.staleAfter);
    const [first] = silent;
    if (first === undefined) return undefined;
    const age = renderDuration(between(first.history.alive, at));
    const why = problem === undefined ? "" : `; ${problem.message}`;
    const message = `${silent.length} of ${endpoints.length} endpoints gave no metrics for up to ${age}${why}`;
    return { reason: "Silent", message };
  }
}

const named = ({ target }: EndpointHistory, { reason, message }: SourceProblem): SourceProblem => ({
  reason,
  message: `${target.instance}: ${message}`,
});
