import type { WebhookCheck } from "../../../api/checks/webhook.ts";
import { milliseconds, readDuration, seconds } from "../../../base/duration.ts";
import type { CheckProblem } from "../selector-problems.ts";
import { outcomeKind } from "./outcome.ts";

/** Longest pause between two requests of one look, and what a look may take beyond its requests. */
const PAUSE = seconds(4);
const GRACE = seconds(12);
const LONGEST_TIMEOUT = seconds(30);

/** Another system decides; it is asked until it has. */
export const webhookRules = outcomeKind<WebhookCheck>(() => "the webhook answers passed", {
  interval: ({ interval }) => readDuration(interval),
  lookLimit: ({ timeout, attempts }) => milliseconds(attempts * (readDuration(timeout) + PAUSE) + GRACE),
  problems: problemsOf,
});

function problemsOf({ timeout, url }: WebhookCheck): readonly CheckProblem[] {
  const problems: CheckProblem[] = [];
  const time = readDuration(timeout);
  if (time < 1 || time > LONGEST_TIMEOUT)
    problems.push({ path: "webhook.timeout", message: "must be between 1ms and 30s" });
  if (!/^https?:\/\//.test(url))
    problems.push({ path: "webhook.url", message: "must begin with http:// or https://" });
  return problems;
}
