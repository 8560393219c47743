import type { TcpCheck } from "../../api/checks/tcp.ts";
import { type Duration, readDuration, renderDuration } from "../../base/duration.ts";
import { maskSecrets } from "../../core/gate/mask.ts";
import type { AddressPolicy } from "../../net/address-policy.ts";
import { guardedSocket } from "../../net/guarded-socket.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { badLook, unreadable } from "../look-failure.ts";
import type { ResolveService } from "../service-address.ts";
import { type TimedLook, timedLook } from "../timed-look.ts";
import { type PlaceFinder, placeOf, type SocketPlace } from "./socket-address.ts";
import { readUntilMatch, type TcpAnswer } from "./tcp-answer.ts";

const LONGEST_EVIDENCE = 1024;
/** Longer words of what is sent may be secrets; shorter ones are words of the protocol. */
const SECRET_WORD = /[^\s:;,"'=]{8,}/g;

/** Functional check: connects, and where it is asked to sends something and waits for the right bytes. */
export class TcpChecker implements Checker {
  readonly kind = "tcp";
  readonly #finder: PlaceFinder;

  constructor(resolveService: ResolveService, policy: AddressPolicy) {
    this.#finder = { resolveService, policy };
  }

  async look({ check, namespace, target, signal }: LookContext): Promise<Look> {
    const { tcp } = check;
    if (tcp === undefined) return unreadable("WrongKind", "the check is no tcp check");
    signal.throwIfAborted();
    const place = placeOf(tcp, { namespace, name: target.service }, this.#finder);
    if (!place.ok) return { kind: "unreadable", ...place.error };
    const secrets = (tcp.send ?? "").match(SECRET_WORD) ?? [];
    return timedLook(signal, { timeout: tcp.timeout, secrets }, async (timed) => {
      const seen = await converse(tcp, place.value, timed);
      return assess(tcp, seen, timed.took(), secrets);
    });
  }
}

/** Undefined where nothing but a connection is asked for. */
async function converse(
  { send, expect, encoding }: TcpCheck,
  { host, port, rule }: SocketPlace,
  { signal }: TimedLook,
): Promise<TcpAnswer | undefined> {
  const socket = await guardedSocket(rule, { host, port }, signal);
  try {
    const sent = send === undefined ? undefined : bytesOf(send, encoding);
    if (sent !== undefined) socket.write(sent);
    if (expect === undefined) return undefined;
    const written = encoding === "hex" ? "hex" : "utf8";
    return await readUntilMatch(socket, expect, (bytes) => bytes.toString(written), signal);
  } finally {
    socket.destroySoon();
  }
}

const bytesOf = (text: string, encoding: TcpCheck["encoding"]): Buffer =>
  encoding === "hex" ? Buffer.from(text.replace(/\s+/g, ""), "hex") : Buffer.from(text, "utf8");

function assess(
  { maxLatency, encoding, timeout }: TcpCheck,
  answer: TcpAnswer | undefined,
  took: Duration,
  secrets: readonly string[],
): Look {
  const text = answer?.bytes.subarray(0, LONGEST_EVIDENCE).toString(encoding === "hex" ? "hex" : "utf8");
  const evidence = text === undefined || text === "" ? {} : { evidence: maskSecrets(text, secrets) };
  const bad = (reason: string, message: string): Look => ({ ...badLook(reason, message, took), ...evidence });
  const size = answer?.bytes.length ?? 0;
  switch (answer?.outcome) {
    case "noMatch":
      return size === 0
        ? bad("NoAnswer", "the connection was closed without a byte")
        : bad("WrongAnswer", `the connection was closed after ${size} bytes that do not match`);
    case "late":
      return size === 0
        ? bad("Timeout", `no byte within ${timeout}`)
        : bad("WrongAnswer", `${size} bytes within ${timeout}, and they do not match`);
    case "tooMuch":
      return bad("WrongAnswer", "the first 64 KiB do not match");
    case "tooSlow":
      return bad("WrongAnswer", "the answer could not be matched within 100 ms; write a simpler expression");
    default:
      break;
  }
  const what = answer === undefined ? "the connection" : "the answer";
  if (maxLatency !== undefined && took > readDuration(maxLatency))
    return bad("TooSlow", `${what} took ${renderDuration(took)}, at most ${maxLatency} is allowed`);
  return {
    kind: "functional",
    good: true,
    reason: "Answered",
    message: `${answer === undefined ? "connected" : `${size} bytes`} in ${renderDuration(took)}`,
    latencyMs: took,
    ...evidence,
  };
}
