import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { type Duration, renderDuration } from "../../base/duration.ts";
import { err, type Result } from "../../base/result.ts";
import { TimeLimit } from "../../base/time-limit.ts";
import type { SourceProblem } from "../prometheus-answer.ts";
import { ExpositionReader, type SeriesIndex, type Wanted } from "./exposition-reader.ts";

export interface ScrapeAddress {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export interface ScrapeLimits {
  readonly timeout: Duration;
  readonly maxBytes: number;
}

const MOST_SOCKETS_EACH = 2;
const LARGEST_HEADERS = 16 * 1024;
/** The plain format first: it is cheaper to write and to read, and has all that counters need. */
const ACCEPT = "text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5";

const problem = (reason: string, message: string): Result<never, SourceProblem> => err({ reason, message });

/** Scrapes over kept connections, read while they come in. Whatever goes wrong comes back as a value. */
export class ScrapeClient {
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };

  constructor() {
    const kept = { keepAlive: true, maxSockets: MOST_SOCKETS_EACH, maxFreeSockets: 1, timeout: 30_000 };
    this.#agents = {
      http: new HttpAgent(kept),
      https: new HttpsAgent({ ...kept, rejectUnauthorized: false }),
    };
  }

  /**
   * One scrape: the values of the wanted series.
   * @throws the reason of `signal` when that ended it, and what `wanted` throws
   */
  async scrape<T>(
    address: ScrapeAddress,
    index: SeriesIndex<T>,
    wanted: Wanted<T>,
    { timeout, maxBytes }: ScrapeLimits,
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<T, number>, SourceProblem>> {
    signal.throwIfAborted();
    using limit = new TimeLimit(signal, timeout);
    let answer: IncomingMessage;
    try {
      answer = await this.#open(address, limit.signal);
    } catch (error) {
      signal.throwIfAborted();
      return limit.late ? tooLate(timeout) : unreachable(error);
    }
    try {
      const refused = refusalOf(answer);
      if (refused !== undefined) return refused;
      return await read(answer, new ExpositionReader(index, wanted), maxBytes);
    } catch (error) {
      signal.throwIfAborted();
      if (limit.late) return tooLate(timeout);
      if (error instanceof Error && "code" in error) return unreachable(error);
      throw error;
    } finally {
      // An answer that was read to its end leaves its connection to the next scrape.
      if (!answer.readableEnded) answer.destroy();
    }
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #open({ scheme, host, port, path }: ScrapeAddress, signal: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const headers = { accept: ACCEPT, "accept-encoding": "identity", "user-agent": "bascule" };
    const common = { host, port, path, headers, signal, maxHeaderSize: LARGEST_HEADERS };
    const request =
      scheme === "https"
        ? requestHttps({ ...common, agent: this.#agents.https })
        : requestHttp({ ...common, agent: this.#agents.http });
    // It stays: an error after the answer began is the answer's too, and unheard it would end the process.
    request.on("error", reject);
    request.on("response", resolve);
    request.end();
    return promise;
  }
}

function refusalOf({ statusCode, headers }: IncomingMessage): Result<never, SourceProblem> | undefined {
  if (statusCode !== 200) {
    const redirect = statusCode !== undefined && statusCode >= 300 && statusCode < 400;
    return problem("WrongStatus", `status ${statusCode}${redirect ? "; redirects are not followed" : ""}`);
  }
  if (!["identity", undefined].includes(headers["content-encoding"]))
    return problem("NotMetrics", "the answer is packed although it was asked for plain");
  return undefined;
}

async function read<T>(
  answer: IncomingMessage,
  reader: ExpositionReader<T>,
  maxBytes: number,
): Promise<Result<ReadonlyMap<T, number>, SourceProblem>> {
  const decoder = new TextDecoder();
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes)
      return problem("TooLarge", `the metrics are larger than ${Math.floor(maxBytes / 1_048_576)} MiB`);
    if (!reader.push(decoder.decode(chunk, { stream: true }))) break;
  }
  const isOpenMetrics = /openmetrics/.test(answer.headers["content-type"] ?? "");
  return reader.end({ isOpenMetrics });
}

const tooLate = (timeout: Duration): Result<never, SourceProblem> =>
  problem("Timeout", `no whole answer within ${renderDuration(timeout)}`);

function unreachable(error: unknown): Result<never, SourceProblem> {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return problem("Unreachable", `it can't be reached (${code.slice(0, 60)})`);
}
