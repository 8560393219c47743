import { TLS_VERSIONS, type TlsCheck } from "../../api/checks/tls.ts";
import { milliseconds, readDuration, renderDuration } from "../../base/duration.ts";
import type { Instant } from "../../base/instant.ts";
import { maskSecrets } from "../../core/gate/mask.ts";
import type { AddressPolicy } from "../../net/address-policy.ts";
import { guardedSocket } from "../../net/guarded-socket.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { badLook, unreadable } from "../look-failure.ts";
import type { ResolveService } from "../service-address.ts";
import { timedLook } from "../timed-look.ts";
import { readAuthorities } from "./authorities.ts";
import { type PlaceFinder, placeOf } from "./socket-address.ts";
import { type Handshake, HandshakeError, shakeHands } from "./tls-handshake.ts";

/** Functional check: a handshake, and what its certificates say. */
export class TlsChecker implements Checker {
  readonly kind = "tls";
  readonly #finder: PlaceFinder;

  constructor(resolveService: ResolveService, policy: AddressPolicy) {
    this.#finder = { resolveService, policy };
  }

  async look({ check, namespace, target, signal, now }: LookContext): Promise<Look> {
    const { tls } = check;
    if (tls === undefined) return unreadable("WrongKind", "the check is no tls check");
    signal.throwIfAborted();
    const place = placeOf(tls, { namespace, name: target.service }, this.#finder);
    if (!place.ok) return { kind: "unreadable", ...place.error };
    const authorities = readAuthorities(tls.ca);
    if (!authorities.ok) return { kind: "unreadable", ...authorities.error };
    const { rule, name, ...at } = place.value;
    const serverName = tls.serverName ?? name;
    return timedLook(signal, { timeout: tls.timeout }, async (timed) => {
      const shake = async (maxVersion?: "TLSv1.1" | "TLSv1.2"): Promise<Handshake | HandshakeError> => {
        const socket = await guardedSocket(rule, at, timed.signal);
        const options = {
          serverName,
          ...authorities.value,
          ...(maxVersion === undefined ? {} : { maxVersion }),
        };
        return shakeHands(socket, options, timed.signal).catch((error: unknown) => {
          if (error instanceof HandshakeError) return error;
          throw error;
        });
      };
      const seen = await shake();
      const took = timed.took();
      if (seen instanceof HandshakeError)
        return badLook("NoHandshake", `there was no TLS handshake: ${seen.message}`, took);
      const evidence = maskSecrets(describe(seen));
      const problem = assessTls(tls, seen, { serverName, now });
      if (problem !== undefined) return { ...badLook(problem.reason, problem.message, took), evidence };
      if (tls.refuseOlder) {
        const older = tls.minVersion === "TLSv1.3" ? "TLSv1.2" : "TLSv1.1";
        const accepted = await shake(older);
        if (!(accepted instanceof HandshakeError))
          return {
            ...badLook(
              "OldProtocolAccepted",
              `${accepted.protocol} is agreed on too, wanted ${tls.minVersion}`,
              took,
            ),
            evidence,
          };
      }
      const message = `${seen.protocol}, valid for ${renderDuration(milliseconds(restOf(seen, now)))}`;
      return { kind: "functional", good: true, reason: "Answered", message, latencyMs: took, evidence };
    });
  }
}

/**
 * Holds a handshake against what is expected; the first thing that is wrong is told. Times are held against the API
 * server's, so that a certificate that expires during a release is seen at the look after.
 */
export function assessTls(
  { minVersion, validFor }: Pick<TlsCheck, "minVersion" | "validFor">,
  { protocol, untrusted, nameMatches, chain }: Handshake,
  { serverName, now }: { readonly serverName: string; readonly now: Instant },
): { readonly reason: string; readonly message: string } | undefined {
  if (chain.length === 0) return { reason: "NoCertificate", message: "no certificate was shown" };
  for (const { subject, notBefore, notAfter } of chain) {
    if (notAfter <= now)
      return { reason: "CertificateExpired", message: `${subject} expired at ${time(notAfter)}` };
    if (notBefore > now)
      return {
        reason: "CertificateNotYetValid",
        message: `${subject} is valid only from ${time(notBefore)}`,
      };
  }
  if (untrusted !== undefined)
    return { reason: "UntrustedCertificate", message: `the chain is not trusted (${untrusted})` };
  if (!nameMatches)
    return { reason: "WrongHostName", message: `the certificate does not hold the name ${serverName}` };
  const versions: readonly string[] = TLS_VERSIONS;
  if (versions.indexOf(protocol) < versions.indexOf(minVersion))
    return { reason: "OldProtocol", message: `${protocol} was agreed on, wanted ${minVersion} or newer` };
  const ends = chain.find(({ notAfter }) => notAfter - now < readDuration(validFor));
  return ends === undefined
    ? undefined
    : {
        reason: "CertificateExpiresSoon",
        message: `${ends.subject} expires at ${time(ends.notAfter)}, wanted ${validFor} from now`,
      };
}

const time = (at: number): string => (Number.isFinite(at) ? new Date(at).toISOString() : "an unknown time");
const restOf = ({ chain }: Handshake, now: Instant): number =>
  Math.min(...chain.map(({ notAfter }) => notAfter)) - now;

const describe = ({ protocol, chain }: Handshake): string =>
  [protocol, ...chain.map(({ subject, notAfter }) => `${subject}, until ${time(notAfter)}`)].join("\n");
