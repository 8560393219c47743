import { createHash } from "node:crypto";
import { Agent } from "undici";
import type { TlsMaterial } from "./credentials.ts";

const CONNECT_TIMEOUT = 10_000;
const KEEP_ALIVE = 30_000;
/** Each watch holds a connection; the rest is for requests. */
const MOST_CONNECTIONS = 128;

export class TransportClosed extends Error {
  override readonly name = "TransportClosed";
  readonly kind = "aborted";
  readonly retry = "never";
}

/**
 * One undici Agent for a cluster, replaced when the TLS material changes. What still runs on the old one (a watch
 * lasts minutes) is let finish. Deadlines are the transport's, so undici's own body and header timers are off;
 * HTTP/2 is off because one stuck connection would then stop every watch at once.
 */
export class Agents {
  #current: { readonly fingerprint: string; readonly agent: Agent } | undefined;
  readonly #retiring = new Set<Agent>();
  #destroyed = false;
  /** How many agents were made; rises only when TLS material changes. */
  made = 0;

  /** @throws TransportClosed after `destroy`, so that nothing comes back to life */
  for(tls: TlsMaterial): Agent {
    if (this.#destroyed) throw new TransportClosed("the transport is closed");
    const fingerprint = fingerprintOf(tls);
    if (this.#current?.fingerprint === fingerprint) return this.#current.agent;
    if (this.#current) this.#retire(this.#current.agent);
    const agent = newAgent(tls);
    this.#current = { fingerprint, agent };
    this.made += 1;
    return agent;
  }

  /** Ends every connection at once. */
  async destroy(): Promise<void> {
    this.#destroyed = true;
    const all = [...this.#retiring, ...(this.#current ? [this.#current.agent] : [])];
    this.#current = undefined;
    this.#retiring.clear();
    await Promise.all(all.map((agent) => agent.destroy()));
  }

  #retire(agent: Agent): void {
    this.#retiring.add(agent);
    const gone = (): void => void this.#retiring.delete(agent);
    agent.close().then(gone, gone);
  }
}

const newAgent = (tls: TlsMaterial): Agent =>
  new Agent({
    allowH2: false,
    connections: MOST_CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: CONNECT_TIMEOUT,
      keepAlive: true,
      rejectUnauthorized: tls.verify,
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
      ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
      ...(tls.servername === undefined ? {} : { servername: tls.servername }),
    },
  });

function fingerprintOf(tls: TlsMaterial): string {
  const hash = createHash("sha256");
  for (const part of [tls.ca, tls.cert, tls.key, tls.passphrase, tls.servername, String(tls.verify)]) {
    const bytes = Buffer.from(part ?? "");
    hash.update(`${part === undefined ? "-" : bytes.length}:`).update(bytes);
  }
  return hash.digest("base64");
}
