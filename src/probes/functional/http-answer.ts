import type { HttpExpectation } from "../../api/checks/http-answer.ts";
import { type Duration, readDuration, renderDuration } from "../../base/duration.ts";
import { maskSecrets } from "../../core/gate/mask.ts";
import { assessJson } from "./json-answer.ts";
import { mismatch } from "./mismatch.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly took: Duration;
}

export interface Assessment {
  readonly good: boolean;
  readonly reason: string;
  readonly message: string;
}

const bad = (reason: string, message: string): Assessment => ({ good: false, reason, message });
const SHOWN_HEADERS = ["content-type", "content-length", "location", "retry-after", "server"];
const LONGEST_BODY = 1024;

/**
 * Holds an answer against what is expected; the first thing that is wrong is told.
 * @param secrets values that must not be told
 */
export function assess(
  expect: HttpExpectation,
  answer: HttpAnswer,
  secrets: readonly string[] = [],
): Assessment {
  if (!expect.status.includes(answer.status)) {
    const redirect = answer.status >= 300 && answer.status < 400 ? "; redirects are not followed" : "";
    return bad("WrongStatus", `status ${answer.status}, wanted ${expect.status.join(" or ")}${redirect}`);
  }
  for (const [name, pattern] of Object.entries(expect.headers ?? {})) {
    const value = answer.headers[name.toLowerCase()];
    if (value === undefined) return bad("MissingHeader", `the header ${name} is missing`);
    const problem = mismatch(pattern, Array.isArray(value) ? value.join(", ") : value);
    if (problem) return bad("WrongHeader", `the header ${name} ${problem}`);
  }
  if (expect.body !== undefined) {
    const problem = mismatch(expect.body, answer.body);
    if (problem) return bad("WrongBody", `the body ${problem}`);
  }
  if (expect.json !== undefined) {
    const problem = assessJson(expect.json, answer.body);
    if (problem) return bad(problem.reason, maskSecrets(problem.message, secrets));
  }
  if (expect.maxLatency !== undefined && answer.took > readDuration(expect.maxLatency))
    return bad(
      "TooSlow",
      `the answer took ${renderDuration(answer.took)}, at most ${expect.maxLatency} is allowed`,
    );
  return {
    good: true,
    reason: "Answered",
    message: `status ${answer.status} in ${renderDuration(answer.took)}`,
  };
}

/** Bounded excerpt of an answer, without secrets. */
export function evidenceOf(answer: HttpAnswer, secrets: readonly string[]): string {
  const headers = SHOWN_HEADERS.flatMap((name) => {
    const value = answer.headers[name];
    return value === undefined ? [] : [`${name}: ${String(value).slice(0, 200)}`];
  });
  const body = answer.body.slice(0, LONGEST_BODY);
  return maskSecrets([`HTTP ${answer.status}`, ...headers, "", body].join("\n"), secrets).trimEnd();
}
