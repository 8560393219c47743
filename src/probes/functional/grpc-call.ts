import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import { BodyTooLargeError } from "../../net/bounded-body.ts";

/** What came back from a call. */
export interface GrpcAnswer {
  readonly httpStatus: number;
  readonly contentType: string;
  /** Number of the status, absent where none was sent. */
  readonly status?: number;
  readonly statusMessage: string;
  readonly body: Buffer;
}

export interface GrpcCall {
  /** Without TLS or with it; the call's from then on. */
  readonly socket: Socket;
  readonly scheme: "http" | "https";
  readonly authority: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const LARGEST_BODY = 64 * 1024;
const SETTINGS = { enablePush: false, maxHeaderListSize: 65_536 };

/** One unary call on a connection of its own. @throws HTTP/2's errors, BodyTooLargeError, or the signal's reason */
export async function callGrpc(call: GrpcCall, signal: AbortSignal): Promise<GrpcAnswer> {
  signal.throwIfAborted();
  const session = connect(`${call.scheme}://${call.authority}`, {
    createConnection: () => call.socket,
    settings: SETTINGS,
  });
  try {
    return await new Promise<GrpcAnswer>((resolve, reject) => {
      const fail = (error: unknown): void => reject(error ?? new Error("the connection was closed"));
      signal.addEventListener("abort", () => fail(signal.reason), { once: true });
      session.on("error", fail);
      session.on("close", () => fail(undefined));
      ask(session, call, resolve, fail);
    });
  } finally {
    session.destroy();
    call.socket.destroy();
  }
}

function ask(
  session: ClientHttp2Session,
  { path, headers, body }: GrpcCall,
  resolve: (answer: GrpcAnswer) => void,
  fail: (error: unknown) => void,
): void {
  const stream: ClientHttp2Stream = session.request({
    ...headers,
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
  });
  const chunks: Buffer[] = [];
  let size = 0;
  let first: IncomingHttpHeaders & { readonly ":status"?: number | undefined } = {};
  let last: IncomingHttpHeaders = {};
  stream.on("response", (seen) => {
    first = seen;
  });
  stream.on("trailers", (seen) => {
    last = seen;
  });
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > LARGEST_BODY) fail(new BodyTooLargeError("the answer is larger than 64 KiB"));
    else chunks.push(chunk);
  });
  stream.on("error", fail);
  stream.on("end", () => {
    // An answer without a message has its status in the first headers.
    const status = last["grpc-status"] ?? first["grpc-status"];
    const told = last["grpc-message"] ?? first["grpc-message"] ?? "";
    resolve({
      httpStatus: first[":status"] ?? 0,
      contentType: first["content-type"] ?? "",
      statusMessage: String(told).slice(0, 500),
      body: Buffer.concat(chunks),
      ...(status === undefined ? {} : { status: Number(status) }),
    });
  });
  stream.end(body);
}
