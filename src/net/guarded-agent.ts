import { Agent, buildConnector } from "undici";
import type { AddressRule } from "./address-policy.ts";
import { guardedLookup, refusalOf } from "./guarded-lookup.ts";

/** Bytes of headers that an answer may have. */
export const LARGEST_HEADERS = 65_536;

export interface GuardedAgentOptions {
  /** False: the certificate is not verified, as a kubelet's probe does not. */
  readonly verify?: boolean;
  /** Certificates to trust instead of the system's. */
  readonly ca?: string;
}

/** Makes undici's connections, only to what the rule allows, and without a time-out of its own. */
export function guardedConnector(
  rule: AddressRule,
  { verify = true, ca }: GuardedAgentOptions = {},
): buildConnector.connector {
  const tls = { timeout: 0, rejectUnauthorized: verify, allowH2: false, ...(ca === undefined ? {} : { ca }) };
  return (options, callback) => {
    const port = Number(options.port) || (options.protocol === "https:" ? 443 : 80);
    const refusal = refusalOf(rule, options.hostname, port);
    if (refusal !== undefined) return callback(refusal, null);
    // One for each connection: the rule wants to know the port, and TLS sessions are not kept.
    const build: buildConnector.BuildOptions = {
      ...tls,
      maxCachedSessions: 0,
      lookup: guardedLookup(rule, port),
    } as buildConnector.BuildOptions;
    return buildConnector(build)(options, callback);
  };
}

/**
 * An undici agent that connects only to what the rule allows. It has no time-outs of its own (a request's signal
 * ends it, from the first byte to the last), keeps no connection longer than a moment, and bounds headers.
 */
export const guardedAgent = (rule: AddressRule, options: GuardedAgentOptions = {}): Agent =>
  new Agent({
    keepAliveTimeout: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: LARGEST_HEADERS,
    connect: guardedConnector(rule, options),
  });
