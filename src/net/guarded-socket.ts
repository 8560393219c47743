import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { AddressRule } from "./address-policy.ts";
import { guardedLookup, refusalOf } from "./guarded-lookup.ts";

/** Where a socket is to connect to. */
export interface SocketTarget {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/**
 * Connects, if the rule allows what the host leads to. The signal ends the attempt; afterwards the socket is the
 * caller's, and no longer tied to it.
 * @throws ForbiddenAddressError, the system's error, or the reason of the signal
 */
export async function guardedSocket(
  rule: AddressRule,
  { host, port }: SocketTarget,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const refusal = refusalOf(rule, host, port);
  if (refusal !== undefined) throw refusal;
  const socket = connect({ host, port, lookup: guardedLookup(rule, port) });
  // Later errors reach whoever reads; without a listener one that comes in between would end the process.
  socket.on("error", () => {});
  try {
    await once(socket, "connect", { signal });
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  }
  return socket;
}
