import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";

/** How a health server answers one question. */
export interface HealthAnswer {
  /** The number of the protocol: 1 is SERVING. Absent: no message is sent. */
  readonly serving?: number;
  /** grpc-status; default 0. */
  readonly status?: number;
  readonly message?: string;
}

/** A gRPC server's health service over plain HTTP/2, on sockets that are handed to it. */
export class GrpcHealthServer {
  /** Names of services that were asked for. */
  readonly asked: string[] = [];
  readonly #server: Http2Server;

  constructor(answerOf: (service: string) => HealthAnswer) {
    this.#server = createServer();
    this.#server.on("sessionError", () => {});
    this.#server.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        // The frame's head has five bytes, tag and length of the name one each.
        const service = Buffer.concat(chunks).subarray(7).toString("utf8");
        this.asked.push(service);
        const known = headers[":path"] === "/grpc.health.v1.Health/Check";
        answer(stream, known ? answerOf(service) : { status: 12 });
      });
    });
  }

  /** Serves a connection. */
  serve = (socket: Socket): void => void this.#server.emit("connection", socket);
}

function answer(stream: ServerHttp2Stream, { serving, status = 0, message }: HealthAnswer): void {
  const end = {
    "grpc-status": String(status),
    ...(message === undefined ? {} : { "grpc-message": message }),
  };
  const start = { ":status": 200, "content-type": "application/grpc" };
  if (serving === undefined) return void stream.respond({ ...start, ...end }, { endStream: true });
  stream.respond(start, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(end));
  stream.end(Buffer.from([0, 0, 0, 0, 2, 0x08, serving]));
}
