import { performance } from "node:perf_hooks";
import { type Agent, request } from "undici";
import type { WebhookAnswer, WebhookCheck } from "../../api/checks/webhook.ts";
import { milliseconds, readDuration } from "../../base/duration.ts";
import { renderInstant } from "../../base/instant.ts";
import { err, type Result } from "../../base/result.ts";
import { TimeLimit } from "../../base/time-limit.ts";
import { maskSecrets } from "../../core/gate/mask.ts";
import { sleep } from "../../kube/sleep.ts";
import type { AddressPolicy } from "../../net/address-policy.ts";
import { guardedAgent } from "../../net/guarded-agent.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CredentialsStore } from "../credentials-store.ts";
import { failureOf, unreadable } from "../look-failure.ts";
import { type Fault, readAnswer } from "./answer.ts";
import { readKey, requestIdOf, signedHeaders } from "./sign.ts";

/** Pause before the second request; it doubles. Milliseconds. */
const FIRST_PAUSE = 250;
const LONGEST_EVIDENCE = 4_000;

export interface WebhookParts {
  readonly policy: AddressPolicy;
  readonly keys: CredentialsStore;
  readonly clock: Pick<Clock, "after" | "now" | "monotonic">;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Asks another system, which decides. What it can't be asked, or answers badly, tells nothing about the candidate. */
export class WebhookChecker implements Checker {
  readonly kind = "webhook";
  readonly #parts: WebhookParts;
  readonly #agent: Agent;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
    this.#agent = guardedAgent(parts.policy);
  }

  async look(context: LookContext): Promise<Look> {
    context.signal.throwIfAborted();
    const { webhook } = context.check;
    if (webhook === undefined) return unreadable("WrongKind", "the check is no webhook check");
    if (!URL.canParse(webhook.url)) return unreadable("InvalidAddress", "the url is no address");
    const { name, key: member } = webhook.secretRef;
    const ref = { namespace: context.namespace, name, key: member };
    const found = await this.#parts.keys.value(ref, context.signal);
    context.signal.throwIfAborted();
    if (!found.ok) return unreadable("NoKey", `Secret ${name}: ${found.error.message}`);
    const key = readKey(found.value);
    if (!key.ok) return unreadable("WeakKey", `Secret ${name}: ${key.error}`);
    const answer = await this.#askSome(webhook, key.value, context);
    return answer.ok
      ? lookOf(answer.value, webhook, found.value)
      : unreadable(answer.error.reason, answer.error.message);
  }

  /** Closes connections; looks that are under way fail. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** Asks again, after a pause, where the next request may do better. */
  async #askSome(
    webhook: WebhookCheck,
    key: Buffer,
    context: LookContext,
  ): Promise<Result<WebhookAnswer, Fault>> {
    const { clock, random } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#ask(webhook, key, context);
      if (answer.ok || answer.error.passing !== true || attempt >= webhook.attempts) return answer;
      const pause = milliseconds(FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + random()));
      await sleep(clock, pause, context.signal);
      context.signal.throwIfAborted();
    }
  }

  async #ask(
    webhook: WebhookCheck,
    key: Buffer,
    context: LookContext,
  ): Promise<Result<WebhookAnswer, Fault>> {
    const body = JSON.stringify(questionOf(webhook, context));
    const headers = signedHeaders(key, { id: requestIdOf(context), at: context.now, body });
    const started = performance.now();
    using limit = new TimeLimit(context.signal, readDuration(webhook.timeout));
    try {
      const sent = { method: "POST", headers, body, signal: limit.signal, reset: true } as const;
      return await readAnswer(await request(webhook.url, { ...sent, dispatcher: this.#agent }));
    } catch (error) {
      context.signal.throwIfAborted();
      const took = milliseconds(performance.now() - started);
      const failure = failureOf(error, { late: limit.late, timeout: webhook.timeout, took });
      const { reason, message } =
        "reason" in failure ? failure : { reason: "NoAnswer", message: "no answer" };
      const passing = reason === "NoAnswer" || reason === "Timeout";
      return err({ reason, message, ...(passing ? { passing } : {}) });
    }
  }
}

/** What the other system is told: what is judged, and until when it may take. */
const questionOf = ({ data }: WebhookCheck, context: LookContext): Readonly<Record<string, unknown>> => ({
  type: "bascule.dev/check",
  id: requestIdOf(context),
  namespace: context.namespace,
  verification: context.verification.name,
  check: context.check.name,
  release: context.release,
  target: context.target,
  from: renderInstant(context.from),
  deadline: renderInstant(context.deadline),
  ...(data === undefined ? {} : { data }),
});

/** The answer as a look. Whom it names as its validator is what it says, and is told as that. */
function lookOf(answer: WebhookAnswer, { url }: WebhookCheck, secret: string): Look {
  const { verdict, message, value, threshold, sampleSize, evidence, validator } = answer;
  const clean = (text: string, most: number): string => maskSecrets(text, [secret]).slice(0, most);
  const decided = verdict === "passed" || verdict === "failed";
  const who = `webhook ${new URL(url).host}`;
  return {
    kind: "outcome",
    state: decided ? verdict : "running",
    reason: REASONS[verdict],
    message: clean(`${who}: ${message ?? verdict}`, 1_000),
    ...(value === undefined ? {} : { value }),
    ...(threshold === undefined ? {} : { threshold: clean(threshold, 512) }),
    ...(sampleSize === undefined ? {} : { sampleSize }),
    ...(evidence === undefined || evidence === null
      ? {}
      : { evidence: clean(textOf(evidence), LONGEST_EVIDENCE) }),
    validator: clean(validator === undefined ? who : `${who}, which names ${validator}`, 256),
  };
}

const REASONS = {
  passed: "WebhookPassed",
  failed: "WebhookFailed",
  pending: "WebhookPending",
  inconclusive: "WebhookInconclusive",
} as const;

const textOf = (evidence: unknown): string =>
  typeof evidence === "string" ? evidence : JSON.stringify(evidence, undefined, 2);
