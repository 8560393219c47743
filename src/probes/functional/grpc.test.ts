import { createSecureServer } from "node:http2";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GrpcHealthServer, type HealthAnswer } from "../../../test/support/grpc-health-server.ts";
import { lookContext } from "../../../test/support/look-context.ts";
import { RudeSocket } from "../../../test/support/rude-socket.ts";
import { testCertificate } from "../../../test/support/test-certificate.ts";
import { check as checkSchema } from "../../api/check.ts";
import { AddressPolicy } from "../../net/address-policy.ts";
import type { Look } from "../../ports/checks.ts";
import { GrpcChecker } from "./grpc.ts";
import { readHealthResponse, renderHealthRequest } from "./grpc-health.ts";

describe("a grpc check", () => {
  let server: RudeSocket;
  let answer: HealthAnswer;
  let health: GrpcHealthServer;
  beforeEach(async () => {
    answer = { serving: 1 };
    health = new GrpcHealthServer(() => answer);
    server = await RudeSocket.start(health.serve);
  });
  afterEach(() => server.stop());

  const look = (grpc: object = {}): Promise<Look> =>
    new GrpcChecker(
      () => ({ host: "127.0.0.1", ports: [server.port] }),
      new AddressPolicy({ allow: ["127.0.0.0/8"] }),
    ).look(lookContext(checkSchema.parse({ name: "g", grpc: { timeout: "2s", ...grpc } })));

  it("asks for the server as a whole, or for the service that is named", async () => {
    expect(await look()).toMatchObject({
      good: true,
      reason: "Answered",
      message: expect.stringMatching(/^the server is SERVING/),
    });
    expect(await look({ service: "shop.Orders" })).toMatchObject({ good: true });
    expect(health.asked).toEqual(["", "shop.Orders"]);
  });

  it.each<[string, HealthAnswer, object, string, RegExp]>([
    [
      "a service that is not serving",
      { serving: 2 },
      { service: "a.B" },
      "NotServing",
      /the service a\.B is NOT_SERVING/,
    ],
    ["a status that nobody knows", { serving: 0 }, {}, "NotServing", /UNKNOWN/],
    ["a number that is no status", { serving: 9 }, {}, "BadAnswer", /no message/],
    ["a service that is not known", { status: 5, message: "no" }, {}, "UnknownService", /not known/],
    ["a server without the protocol", { status: 12 }, {}, "NoHealthService", /grpc\.health\.v1/],
    ["another status", { status: 14, message: "down" }, {}, "GrpcError", /status 14/],
    ["an answer that is too slow", { serving: 1 }, { maxLatency: "0ms" }, "TooSlow", /at most 0ms/],
  ])("is bad for %s", async (_, given, asked, reason, message) => {
    answer = given;
    expect(await look(asked)).toMatchObject({ good: false, reason, message: expect.stringMatching(message) });
  });

  it("tells no secret header that a status echoes", async () => {
    answer = { status: 16, message: "bad key s3cr3t-of-mine" };
    const seen = await look({ headers: { "X-Key": "s3cr3t-of-mine" } });
    expect(seen).toMatchObject({ reason: "GrpcError", evidence: expect.stringMatching(/\*\*\*/) });
    expect(JSON.stringify(seen)).not.toContain("s3cr3t");
  });

  it("speaks TLS, and verifies another host's certificate and whatever has an authority", async () => {
    const certificate = testCertificate();
    const secure = createSecureServer(certificate);
    secure.on("stream", (stream) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
    });
    secure.on("tlsClientError", () => {});
    server.use((socket) => void secure.emit("connection", socket));
    const elsewhere = { tls: true, host: "127.0.0.1", port: server.port };
    expect(await look({ tls: true })).toMatchObject({ good: true });
    expect(await look(elsewhere)).toMatchObject({ good: false, reason: "NoAnswer" });
    expect(await look({ ...elsewhere, ca: certificate.cert })).toMatchObject({ good: true });
    expect(await look({ tls: true, ca: certificate.cert, serverName: "localhost" })).toMatchObject({
      good: true,
    });
    expect(await look({ tls: true, ca: certificate.cert })).toMatchObject({
      good: false,
      reason: "NoAnswer",
    });
  });
});

describe("a message of the health protocol", () => {
  const frame = (...bytes: readonly number[]): Buffer => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, Buffer.from(bytes)]);
  };

  it("is written as the encoding demands, also for long names", () => {
    expect(renderHealthRequest("")).toEqual(frame());
    expect(renderHealthRequest("ab")).toEqual(frame(0x0a, 2, 97, 98));
    const long = renderHealthRequest("x".repeat(200));
    expect(long.subarray(0, 8)).toEqual(Buffer.from([0, 0, 0, 0, 203, 0x0a, 0xc8, 1]));
  });

  it.each([
    [[], "UNKNOWN"],
    [[0x08, 1], "SERVING"],
    [[0x08, 2], "NOT_SERVING"],
    [[0x08, 1, 0x08, 2], "NOT_SERVING"],
    [[0x12, 3, 1, 2, 3, 0x08, 1], "SERVING"],
    [[0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0x1d, 0, 0, 0, 0, 0x08, 3], "SERVICE_UNKNOWN"],
    [[0x08, 0x81, 0x80, 0x00], "SERVING"],
  ])("%j is %s", (bytes, status) => {
    expect(readHealthResponse(frame(...bytes))).toBe(status);
  });

  it.each([[[0x08]], [[0x08, 9]], [[0x0a, 5, 1]], [[0x0b]], [[0x08, ...new Array<number>(11).fill(0x80)]]])(
    "%j is none",
    (bytes) => {
      expect(readHealthResponse(frame(...bytes))).toBeUndefined();
    },
  );

  it("is read or refused, whatever the bytes", () => {
    const known = [undefined, "UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(known).toContain(readHealthResponse(Buffer.from(bytes)));
        expect(known).toContain(readHealthResponse(frame(...bytes)));
      }),
    );
  });
});
