import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:tls";
import type { GrpcCheck } from "../../api/checks/grpc.ts";
import { type Duration, readDuration, renderDuration } from "../../base/duration.ts";
import { maskSecrets } from "../../core/gate/mask.ts";
import type { AddressPolicy } from "../../net/address-policy.ts";
import { guardedSocket } from "../../net/guarded-socket.ts";
import { readIp } from "../../net/ip-address.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { badLook, unreadable } from "../look-failure.ts";
import type { ResolveService } from "../service-address.ts";
import { timedLook } from "../timed-look.ts";
import { readAuthorities } from "./authorities.ts";
import { callGrpc, type GrpcAnswer } from "./grpc-call.ts";
import { readHealthResponse, renderHealthRequest } from "./grpc-health.ts";
import { lowerCase, secretsOf } from "./http-exchange.ts";
import { type PlaceFinder, placeOf, type SocketPlace } from "./socket-address.ts";

const HEALTH = "/grpc.health.v1.Health/Check";
const [NOT_FOUND, UNIMPLEMENTED] = [5, 12];

/** Functional check: asks a gRPC server whether a service is serving. */
export class GrpcChecker implements Checker {
  readonly kind = "grpc";
  readonly #finder: PlaceFinder;

  constructor(resolveService: ResolveService, policy: AddressPolicy) {
    this.#finder = { resolveService, policy };
  }

  async look({ check, namespace, target, signal }: LookContext): Promise<Look> {
    const { grpc } = check;
    if (grpc === undefined) return unreadable("WrongKind", "the check is no grpc check");
    signal.throwIfAborted();
    const place = placeOf(grpc, { namespace, name: target.service }, this.#finder);
    if (!place.ok) return { kind: "unreadable", ...place.error };
    const authorities = readAuthorities(grpc.ca);
    if (!authorities.ok) return { kind: "unreadable", ...authorities.error };
    const secrets = secretsOf(grpc.headers);
    return timedLook(signal, { timeout: grpc.timeout, secrets }, async (timed) => {
      const { host, port, rule, name } = place.value;
      const plain = await guardedSocket(rule, { host, port }, timed.signal);
      const serverName = grpc.serverName ?? name;
      const socket = grpc.tls
        ? await secure(plain, { serverName, place: place.value, ...authorities.value }, timed.signal)
        : plain;
      const call = {
        socket,
        scheme: grpc.tls ? "https" : "http",
        authority: serverName.includes(":") ? `[${serverName}]` : serverName,
        path: HEALTH,
        headers: lowerCase(grpc.headers),
        body: renderHealthRequest(grpc.service),
      } as const;
      const answer = await callGrpc(call, timed.signal).catch((error: unknown) => {
        if (isOfHttp2(error)) return undefined;
        throw error;
      });
      if (answer === undefined)
        return badLook("NotGrpc", "the port does not speak HTTP/2 as gRPC does", timed.took());
      return assess(grpc, answer, timed.took(), secrets);
    });
  }
}

/** As for https: the slot's own certificate is verified only against an authority that the check names. */
async function secure(
  socket: Socket,
  { serverName, place, ca }: { serverName: string; place: SocketPlace; ca?: string[] },
  signal: AbortSignal,
): Promise<Socket> {
  const secured = connect({
    socket,
    ALPNProtocols: ["h2"],
    rejectUnauthorized: !place.ofSlot || ca !== undefined,
    ...(readIp(serverName) === undefined ? { servername: serverName } : { host: serverName }),
    ...(ca === undefined ? {} : { ca }),
  });
  secured.on("error", () => {});
  try {
    await once(secured, "secureConnect", { signal });
  } catch (error) {
    secured.destroy();
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  }
  return secured;
}

const isOfHttp2 = (error: unknown): boolean =>
  error instanceof Error && "code" in error && String(error.code).startsWith("ERR_HTTP2");

function assess(
  { service, maxLatency }: GrpcCheck,
  answer: GrpcAnswer,
  took: Duration,
  secrets: readonly string[],
): Look {
  const named = service === "" ? "the server" : `the service ${service}`;
  const told = maskSecrets(answer.statusMessage, secrets);
  const evidence = `HTTP ${answer.httpStatus}, grpc-status ${answer.status ?? "none"}${told === "" ? "" : `: ${told}`}`;
  const bad = (reason: string, message: string): Look => ({ ...badLook(reason, message, took), evidence });
  if (answer.httpStatus !== 200 || !answer.contentType.startsWith("application/grpc"))
    return bad("NotGrpc", `HTTP ${answer.httpStatus} is no answer of gRPC`);
  if (answer.status === NOT_FOUND)
    return bad("UnknownService", `${named} is not known to the health service`);
  if (answer.status === UNIMPLEMENTED)
    return bad("NoHealthService", "the server has no health service (grpc.health.v1.Health)");
  if (answer.status !== 0)
    return bad("GrpcError", `the call ended with the status ${answer.status ?? "none"}`);
  const status = readHealthResponse(answer.body);
  if (status === undefined) return bad("BadAnswer", "the answer is no message of the health protocol");
  if (status !== "SERVING") return bad("NotServing", `${named} is ${status}`);
  if (maxLatency !== undefined && took > readDuration(maxLatency))
    return bad("TooSlow", `the answer took ${renderDuration(took)}, at most ${maxLatency} is allowed`);
  const message = `${named} is SERVING, in ${renderDuration(took)}`;
  return { kind: "functional", good: true, reason: "Answered", message, latencyMs: took, evidence };
}
