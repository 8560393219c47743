import { performance } from "node:perf_hooks";
import type { JourneyCheck, JourneyStep } from "../../api/checks/journey.ts";
import { milliseconds, renderDuration } from "../../base/duration.ts";
import type { Instant } from "../../base/instant.ts";
import type { TimeLimit } from "../../base/time-limit.ts";
import {
  type CapturedValue,
  fillStep,
  HOST_REMEDY,
  hasOwnHost,
  maskJourney,
} from "../../core/gate/journey-vars.ts";
import type { Look } from "../../ports/checks.ts";
import { addressOf } from "../http-address.ts";
import { badLook, failureOf, unreadable } from "../look-failure.ts";
import type { ResolveService, ServiceRef } from "../service-address.ts";
import { CookieJar, cookiesOf } from "./cookie-jar.ts";
import { assess, evidenceOf, type HttpAnswer } from "./http-answer.ts";
import { type HttpExchange, lowerCase, secretsOf } from "./http-exchange.ts";
import { captureFrom } from "./journey-capture.ts";

const LONGEST_EVIDENCE = 4096;

export interface WalkParts {
  readonly exchange: HttpExchange;
  readonly resolveService: ResolveService;
  readonly service: ServiceRef;
  readonly limit: TimeLimit;
  /** What cookies' ends are held against. */
  readonly now: Instant;
}

/** One walk through all steps of a journey: its values, its cookies, and what it has seen. */
export class JourneyWalk {
  readonly #journey: JourneyCheck;
  readonly #parts: WalkParts;
  readonly #vars = new Map<string, CapturedValue>();
  readonly #jar = new CookieJar();
  readonly #secrets: string[] = [];
  readonly #seen: string[] = [];
  readonly #started = performance.now();

  constructor(journey: JourneyCheck, parts: WalkParts) {
    this.#journey = journey;
    this.#parts = parts;
  }

  /** Walks until the first bad answer. @throws only when the limit's parent ends it */
  async walk(parent: AbortSignal): Promise<Look> {
    const { steps } = this.#journey;
    for (const [i, step] of steps.entries()) {
      const bad = await this.#step(step, i, parent);
      if (bad !== undefined) return this.#told(bad, step.name);
    }
    const took = this.#took();
    const message = `${steps.length} steps in ${renderDuration(took)}`;
    return {
      kind: "functional",
      good: true,
      reason: "Answered",
      message,
      latencyMs: took,
      evidence: this.#mask(this.#seen.join("\n")).slice(0, LONGEST_EVIDENCE),
    };
  }

  #took = () => milliseconds(performance.now() - this.#started);

  /** What is wrong with a step; undefined when all is well. */
  async #step(asked: JourneyStep, index: number, parent: AbortSignal): Promise<Look | undefined> {
    const filled = fillStep(asked, index, this.#vars);
    if (!filled.ok) return badLook("UnusableValue", filled.error, this.#took());
    const step = filled.value;
    if (asked.url !== undefined && !hasOwnHost(asked.url, step.url))
      return badLook("UnusableValue", `url: ${HOST_REMEDY}`, this.#took());
    const { resolveService, service, exchange, limit } = this.#parts;
    const { scheme, port } = this.#journey;
    const target = addressOf({ ...step, scheme, port }, service, resolveService);
    if (!target.ok) return unreadable(target.error.reason, target.error.message);
    const { origin } = target.value.url;
    const headers = { ...this.#cookieHeader(origin), ...lowerCase(step.headers) };
    this.#secrets.push(...secretsOf(headers));
    let answer: HttpAnswer;
    try {
      answer = await exchange.ask(
        { target: target.value, method: step.method, headers, body: step.body },
        limit.signal,
      );
    } catch (error) {
      parent.throwIfAborted();
      const { timeout } = this.#journey;
      return failureOf(error, { late: limit.late, timeout, took: this.#took(), secrets: this.#secrets });
    }
    // The step as it was written, without the values that were captured.
    const where = asked.url ?? asked.path;
    this.#seen.push(
      `${step.name}: ${step.method} ${where}: ${answer.status} in ${renderDuration(answer.took)}`,
    );
    return this.#judge(step, answer, origin);
  }

  #cookieHeader(origin: string): Readonly<Record<string, string>> {
    const cookie = this.#journey.cookies ? this.#jar.headerFor(origin) : undefined;
    return cookie === undefined ? {} : { cookie };
  }

  #judge(step: JourneyStep, answer: HttpAnswer, origin: string): Look | undefined {
    const cookies = cookiesOf(answer.headers, this.#parts.now);
    this.#jar.keep(origin, cookies);
    this.#secrets.push(...cookies.map(({ value }) => value));
    const captured = captureFrom(step.capture ?? [], answer, cookies);
    // Also of a bad answer: what it holds is not told either.
    if (captured.ok) for (const [name, value] of captured.value) this.#vars.set(name, value);
    const { good, reason, message } = assess(step.expect, answer);
    const problem = good ? (captured.ok ? undefined : captured.error) : { reason, message };
    if (problem === undefined) return undefined;
    this.#seen.push("", evidenceOf(answer, this.#secrets));
    return badLook(problem.reason, problem.message, this.#took());
  }

  #mask(text: string): string {
    return maskJourney(text, this.#vars, this.#secrets);
  }

  /** A bad look with the step that it ended at, and what was seen until then. */
  #told(look: Look, step: string): Look {
    if (look.kind !== "functional" && look.kind !== "unreadable") return look;
    const message = this.#mask(`step "${step}": ${look.message}`);
    if (look.kind === "unreadable") return { ...look, message };
    const evidence = this.#mask(this.#seen.join("\n")).slice(0, LONGEST_EVIDENCE);
    return { ...look, message, ...(evidence === "" ? {} : { evidence }) };
  }
}
