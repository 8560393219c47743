/** Bytes in and out of the proxy. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Fault } from "./faults.ts";

/** An answer of the API server. `date`: what its header of that name is to say. */
export interface Passed {
  readonly answer: IncomingMessage;
  readonly date: string | undefined;
}

const MOST_BYTES = 64 * 1024 * 1024;
/** Headers that are about one connection, not about the answer. */
const OF_CONNECTIONS = ["connection", "keep-alive", "transfer-encoding", "content-length"];
const TRICKLE_MS = 100;

/** The whole body. @throws RangeError when it is too large, and what breaks the connection */
export async function wholeOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of message) {
    size += (part as Buffer).length;
    if (size > MOST_BYTES) throw new RangeError(`a body has more than ${MOST_BYTES} bytes`);
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** Refuses in the API server's name. */
export function answerWith(answering: ServerResponse, fault: Fault & { readonly kind: "answer" }): void {
  const { status: code, reason, retryAfter } = fault;
  const message = "injected by a test";
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
  answering.writeHead(code, {
    "content-type": "application/json",
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  });
  answering.end(JSON.stringify(status));
}

/** Hands an answer on: its head alone, or with its body, whole or spoilt. */
export function passOn(passed: Passed, answering: ServerResponse, fault?: Fault, body?: Buffer): void {
  if (fault?.kind === "loseAnswer") {
    answering.socket?.resetAndDestroy();
    return;
  }
  const half = body?.subarray(0, body.length / 2);
  const whole = fault?.kind === "truncate" && fault.clean ? half : body;
  const status = passed.answer.statusCode ?? 500;
  answering.writeHead(status, {
    ...headOf(passed),
    ...(whole === undefined || fault?.kind === "endless" ? {} : { "content-length": whole.length }),
  });
  if (whole === undefined) return;
  if (fault?.kind === "endless") trickle(answering, half);
  else if (fault?.kind === "truncate" && !fault.clean) answering.write(half, () => answering.destroy());
  else answering.end(whole);
}

/** Goes on for as long as somebody listens. */
function trickle(answering: ServerResponse, beginning: Buffer | undefined): void {
  answering.write(beginning ?? "");
  const timer = setInterval(() => answering.write(" "), TRICKLE_MS);
  answering.once("close", () => clearInterval(timer));
}

function headOf({ answer, date }: Passed): OutgoingHttpHeaders {
  const head: OutgoingHttpHeaders = { ...answer.headers };
  for (const name of OF_CONNECTIONS) delete head[name];
  return date === undefined ? head : { ...head, date };
}
