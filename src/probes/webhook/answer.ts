import type { Dispatcher } from "undici";
import { type WebhookAnswer, webhookAnswer } from "../../api/checks/webhook.ts";
import { err, ok, type Result } from "../../base/result.ts";

/** Why an answer is none. */
export interface Fault {
  readonly reason: string;
  readonly message: string;
  /** Another request may get a better one. */
  readonly passing?: true;
}

const LARGEST_ANSWER = 65_536;
const TOO_LARGE: Fault = { reason: "BodyTooLarge", message: "the answer is larger than 64 KiB" };

/** Reads an answer in bounded memory. @throws the client's errors while nothing can be said about them */
export async function readAnswer(answer: Dispatcher.ResponseData): Promise<Result<WebhookAnswer, Fault>> {
  const fault = faultOfStatus(answer.statusCode);
  if (fault !== undefined) {
    discard(answer);
    return err(fault);
  }
  const text = await readText(answer);
  if (!text.ok) return text;
  let value: unknown;
  try {
    value = JSON.parse(text.value);
  } catch {
    return err({ reason: "BadJson", message: "the answer is no JSON" });
  }
  const parsed = webhookAnswer.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "the answer" : issue.path.join(".");
  return err({ reason: "BadAnswer", message: `${where}: ${(issue?.message ?? "unknown").slice(0, 200)}` });
}

function faultOfStatus(status: number): Fault | undefined {
  if (status >= 200 && status < 300) return undefined;
  const message = `status ${status}`;
  if (status >= 500 || status === 429 || status === 408)
    return { reason: "WebhookUnavailable", message, passing: true };
  if (status >= 300 && status < 400)
    return { reason: "Redirected", message: `${message}; redirects are not followed, give the last address` };
  if (status === 401 || status === 403)
    return { reason: "WebhookDenied", message: `${message}; both sides need the same key` };
  return { reason: "WebhookRefused", message };
}

async function readText(answer: Dispatcher.ResponseData): Promise<Result<string, Fault>> {
  const announced = Number(answer.headers["content-length"] ?? Number.NaN);
  if (announced > LARGEST_ANSWER) {
    discard(answer);
    return err(TOO_LARGE);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LARGEST_ANSWER) return err(TOO_LARGE);
      chunks.push(chunk);
    }
  } catch (error) {
    // An abort is ours, and says nothing about what was announced.
    if (isAbort(error) || !(size < announced)) throw error;
    const message = `the answer announced ${announced} bytes and ended after ${size}`;
    return err({ reason: "WrongLength", message, passing: true });
  }
  return ok(Buffer.concat(chunks).toString("utf8"));
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

/** Closes the connection; the error that this makes is nobody's. */
function discard({ body }: Dispatcher.ResponseData): void {
  body.on("error", () => undefined);
  body.destroy();
}
