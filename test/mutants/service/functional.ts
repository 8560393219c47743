import { readFileSync } from "node:fs";
import { createServer as createHttp2Server } from "node:http2";
import { createServer as createNetServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { mutation } from "./mutations.ts";

/** Ports beside HTTP: a protocol of lines, gRPC's health, and TLS. */
export const PORTS = { lines: 9000, grpc: 9001, tls: 9443 } as const;

const CERTIFICATES = "/certificates";
const [SERVING, NOT_SERVING] = [1, 2];

/** Opens the ports that are each for one functional check. */
export function openPorts(): void {
  const lines = createNetServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(mutation === "wrong-line" ? "-LOADING\r\n" : "+PONG\r\n"));
  });
  lines.listen(PORTS.lines, "0.0.0.0");
  const health = createHttp2Server();
  health.on("stream", (stream) => {
    stream.on("error", () => {});
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    // A frame of gRPC around the one field of a HealthCheckResponse.
    stream.end(Buffer.from([0, 0, 0, 0, 2, 0x08, mutation === "not-serving" ? NOT_SERVING : SERVING]));
  });
  health.listen(PORTS.grpc, "0.0.0.0");
  const which = mutation === "expired-certificate" || mutation === "foreign-certificate" ? mutation : "good";
  const secure = createTlsServer(
    {
      cert: readFileSync(`${CERTIFICATES}/${which}.crt`),
      key: readFileSync(`${CERTIFICATES}/${which}.key`),
      ...(mutation === "old-tls" ? { maxVersion: "TLSv1.2" } : {}),
    },
    (socket) => {
      socket.on("error", () => {});
      socket.resume();
    },
  );
  secure.on("tlsClientError", () => {});
  secure.listen(PORTS.tls, "0.0.0.0");
}
