import { once } from "node:events";
import type { Socket } from "node:net";
import { type ConnectionOptions, connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { readIp } from "../../net/ip-address.ts";

/** A certificate of the chain. */
export interface SeenCertificate {
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What a handshake showed. */
export interface Handshake {
  /** What was agreed on, such as TLSv1.3. */
  readonly protocol: string;
  /** Why the chain is not trusted, as OpenSSL says it. */
  readonly untrusted?: string;
  readonly nameMatches: boolean;
  /** From the server's own certificate to its root. */
  readonly chain: readonly SeenCertificate[];
}

/** The handshake did not come to an end: the other side speaks no TLS, or refuses what is offered. */
export class HandshakeError extends Error {
  override readonly name = "HandshakeError";
  readonly kind = "handshake";
  readonly retry = "soon";
}

const MOST_CERTIFICATES = 16;
/** Everything that OpenSSL knows: what is too old is told by its name, not as a failed handshake. */
const ANYTHING = { minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" } as const;

export interface HandshakeOptions {
  readonly serverName: string;
  readonly ca?: string[];
  /** Newest version that is offered. */
  readonly maxVersion?: "TLSv1.1" | "TLSv1.2";
}

/**
 * Shakes hands on a connected socket, which is the handshake's from then on, and tells what was seen, trusted or not.
 * @throws HandshakeError, the socket's error, or the reason of the signal
 */
export async function shakeHands(
  socket: Socket,
  { serverName, ca, maxVersion }: HandshakeOptions,
  signal: AbortSignal,
): Promise<Handshake> {
  const options: ConnectionOptions = {
    ...ANYTHING,
    socket,
    rejectUnauthorized: false,
    // The name is looked at below, apart from the chain.
    checkServerIdentity: () => undefined,
    ...(readIp(serverName) === undefined ? { servername: serverName } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
  };
  const secured = connect(options);
  secured.on("error", () => {});
  try {
    await once(secured, "secureConnect", { signal });
    return read(secured, serverName);
  } catch (error) {
    signal.throwIfAborted();
    throw isOfTls(error) ? new HandshakeError(toldBy(error), { cause: error }) : error;
  } finally {
    secured.destroy();
    socket.destroy();
  }
}

function read(secured: TLSSocket, serverName: string): Handshake {
  // In this order: once the certificate alone was read, Node gives its chain no more.
  const chain = chainOf(secured.getPeerCertificate(true));
  const leaf = secured.getPeerX509Certificate();
  const ip = readIp(serverName);
  const named = ip === undefined ? leaf?.checkHost(serverName) : leaf?.checkIP(ip.address);
  return {
    protocol: secured.getProtocol() ?? "unknown",
    nameMatches: named !== undefined,
    chain,
    ...(secured.authorized ? {} : { untrusted: String(secured.authorizationError ?? "unknown") }),
  };
}

function chainOf(leaf: DetailedPeerCertificate): readonly SeenCertificate[] {
  const chain: SeenCertificate[] = [];
  let certificate: DetailedPeerCertificate | undefined = leaf;
  while (certificate?.valid_to !== undefined && chain.length < MOST_CERTIFICATES) {
    const { CN, O } = certificate.subject ?? {};
    chain.push({
      subject: [CN ?? O ?? "unnamed"].flat().join(", ").slice(0, 200),
      notBefore: Date.parse(certificate.valid_from),
      notAfter: Date.parse(certificate.valid_to),
    });
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    certificate = issuer === certificate ? undefined : issuer;
  }
  return chain;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/** OpenSSL's own errors, and a connection that ends in the middle of the handshake. */
const isOfTls = (error: unknown): boolean =>
  /^(ERR_SSL|ERR_TLS|EPROTO)/.test(codeOf(error)) ||
  (error instanceof Error && /before secure TLS connection/.test(error.message));

function toldBy(error: unknown): string {
  const code = codeOf(error);
  return code === "ECONNRESET" || code === "" ? "the connection was closed in the middle of it" : code;
}
