import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { TestCertificate } from "./test-certificate.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers one request, well or badly. Undefined leaves it to the next handler. */
export type RudeHandler = (
  request: SeenRequest,
  response: ServerResponse,
) => "done" | undefined | Promise<"done" | undefined>;

/**
 * A local HTTP server that behaves as badly as a test tells it: real sockets, real resets.
 * Handlers are asked in order, the one added last first; what nobody answers gets 404.
 */
export class RudeServer {
  readonly requests: SeenRequest[] = [];
  /** Connections accepted so far. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #handlers: RudeHandler[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => void this.#serve(request, response));
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    server.on("secureConnection", () => this.connections++);
    if (!("setSecureContext" in server)) server.on("connection", () => this.connections++);
  }

  static async start(certificate?: TestCertificate, port = 0, host = "127.0.0.1"): Promise<RudeServer> {
    const server = certificate ? createHttps({ ...certificate }) : createHttp();
    server.keepAliveTimeout = 60_000;
    const rude = new RudeServer(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
    return rude;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    const { address } = this.#server.address() as AddressInfo;
    return `${"setSecureContext" in this.#server ? "https" : "http"}://${address}:${this.port}`;
  }

  /** Sockets open now, as the server sees them. */
  get open(): number {
    return this.#sockets.size;
  }

  use(handler: RudeHandler): () => void {
    this.#handlers.unshift(handler);
    return () => void this.#handlers.splice(this.#handlers.indexOf(handler), 1);
  }

  /** Requests whose path and query hold the text. */
  count(text: string): number {
    return this.requests.filter(({ path, query }) => `${path}?${query}`.includes(text)).length;
  }

  /** Resets every connection, as a crashed proxy does. */
  resetAll(): void {
    for (const socket of this.#sockets) reset(socket);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://local");
    let body = "";
    try {
      for await (const part of request.setEncoding("utf8")) body += part;
    } catch {
      return;
    }
    const { method = "GET", headers } = request;
    const seen = { method, path: url.pathname, query: url.searchParams, headers, body };
    this.requests.push(seen);
    for (const handler of [...this.#handlers]) if (await handler(seen, response)) return;
    reply(response, 404, status(404, "NotFound", "nobody answers this"));
  }
}

export function reply(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): "done" {
  response.writeHead(code, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
  return "done";
}

const CHUNK = Buffer.alloc(256 * 1024, "x");

/** A byte each 10 ms, for ever. */
export function drip(response: ServerResponse): "done" {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 10);
  response.on("close", () => clearInterval(timer));
  return "done";
}

/** As much as the other side takes; counted. */
export function flood(response: ServerResponse, count: (bytes: number) => void = () => {}): "done" {
  response.writeHead(200, { "content-type": "application/json" });
  const more = (): void => {
    if (response.destroyed) return;
    count(CHUNK.length);
    if (response.write(CHUNK)) setImmediate(more);
    else response.once("drain", more);
  };
  more();
  return "done";
}

/** Drops the connection of an answer without a word. */
export function hangUp(response: ServerResponse): "done" {
  reset(response.socket);
  return "done";
}

/** A TLS socket can't send a reset by itself; it is cut without a closing alert. */
function reset(socket: Socket | null): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}

export const status = (code: number, reason: string, message: string, details: object = {}): object => ({
  ...{ kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message, details },
});
