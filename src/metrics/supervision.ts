import type { SupervisionCheck } from "../api/checks/supervision.ts";
import { type Duration, minutes, readDuration } from "../base/duration.ts";
import { type Instant, instant } from "../base/instant.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Checker, Look, LookContext } from "../ports/checks.ts";
import type { Series, SourceProblem } from "./prometheus-answer.ts";
import type { PrometheusApi } from "./prometheus-api.ts";
import { SourceClock, toSource } from "./source-clock.ts";
import { alertProblem, type Sight, seriesProblem, targetProblem } from "./supervision-findings.ts";

/** What fired this long before the start is no news. */
const BEFORE = minutes(2);
/** No more of the past is read, however long a release lasts. */
const LONGEST_RANGE = minutes(60);

type Problem = Extract<Look, { readonly kind: "functional" }>;

/** Whether Prometheus sees the candidate: series, targets, alerts, rules. The first thing that is wrong is told. */
export class SupervisionChecker implements Checker {
  readonly kind = "supervision";
  readonly #api: PrometheusApi;
  readonly #clock: SourceClock;
  readonly #monotonic: () => Duration;

  constructor(api: PrometheusApi, monotonic: () => Duration) {
    this.#api = api;
    this.#monotonic = monotonic;
    this.#clock = new SourceClock(api, monotonic);
  }

  async look(context: LookContext): Promise<Look> {
    const check = context.check.supervision;
    if (check === undefined)
      return { kind: "unreadable", reason: "WrongKind", message: "the check is no supervision check" };
    const address = this.#api.addressOf(check.prometheus.address);
    if (address === undefined)
      return {
        kind: "unreadable",
        reason: "NoAddress",
        message:
          "no Prometheus is known; give supervision.prometheus.address, or start the controller with one",
      };
    const found = await this.#firstProblem(check, context, address);
    if (!found.ok) return { kind: "unreadable", ...found.error };
    if (found.value !== undefined) return early(found.value, check, context) ?? found.value;
    return { kind: "functional", good: true, reason: "Supervised", message: "what has to be seen is seen" };
  }

  async #firstProblem(
    check: SupervisionCheck,
    { from, now, signal }: LookContext,
    address: string,
  ): Promise<Result<Problem | undefined, SourceProblem>> {
    const offset = await this.#clock.offset(address, { now, monotonic: this.#monotonic() }, signal);
    if (!offset.ok) return offset;
    const sight: Sight = {
      from: toSource(from, offset.value),
      now: toSource(now, offset.value),
      staleAfter: readDuration(check.staleAfter),
    };
    const read = (selector: string, since: Instant) => {
      const range = Math.min(LONGEST_RANGE, Math.max(1_000, Math.ceil(sight.now - since)));
      return this.#query(address, `${selector}[${range}ms]`, signal);
    };
    for (const selector of check.series ?? []) {
      const series = await read(selector, sight.from);
      if (!series.ok) return series;
      const problem = seriesProblem(selector, series.value, sight);
      if (problem !== undefined) return ok(problem);
    }
    if (check.targets !== undefined) {
      const series = await read(check.targets, sight.from);
      if (!series.ok) return series;
      const problem = targetProblem(series.value, sight);
      if (problem !== undefined) return ok(problem);
    }
    if (check.alerts !== undefined) {
      const present = await read(check.alerts, instant(sight.now - sight.staleAfter));
      if (!present.ok) return present;
      const start = (sight.from / 1_000).toFixed(3);
      const before = await this.#query(address, `${check.alerts}[${BEFORE}ms] @ ${start}`, signal);
      if (!before.ok) return before;
      const problem = alertProblem(before.value, present.value);
      if (problem !== undefined) return ok(problem);
    }
    return this.#ruleProblem(check.rules ?? [], address, signal);
  }

  async #ruleProblem(
    names: readonly string[],
    address: string,
    signal: AbortSignal,
  ): Promise<Result<Problem | undefined, SourceProblem>> {
    if (names.length === 0) return ok(undefined);
    const loaded = await this.#api.alertRules(address, signal);
    if (!loaded.ok) return loaded;
    const missing = names.filter((name) => !loaded.value.has(name));
    if (missing.length === 0) return ok(undefined);
    const message = `not loaded: ${missing.slice(0, 5).join(", ")}`;
    return ok({ kind: "functional", good: false, reason: "RuleMissing", message });
  }

  async #query(
    address: string,
    expr: string,
    signal: AbortSignal,
  ): Promise<Result<readonly Series[], SourceProblem>> {
    const answer = await this.#api.query(address, expr, signal);
    if (!answer.ok) return answer;
    return answer.value.type === "matrix"
      ? ok(answer.value.series)
      : err({ reason: "WrongType", message: `${expr} answers with no series` });
  }
}

/** New pods are found and scraped for the first time a while after they are ready: until then nothing is missing. */
function early(
  { reason, message }: Problem,
  { appearWithin }: SupervisionCheck,
  { from, now }: LookContext,
): Look | undefined {
  if (!MAY_COME.has(reason) || now - from >= readDuration(appearWithin)) return undefined;
  return { kind: "nothing", reason, message: `not there yet: ${message}` };
}

const MAY_COME: ReadonlySet<string> = new Set(["NoSeries", "NoTarget"]);
