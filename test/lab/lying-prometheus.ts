import type { ServerResponse } from "node:http";
import { RudeServer, reply } from "../support/rude-server.ts";

/** A series of an answer, as Prometheus writes it: times in seconds, values as texts. */
export interface WireSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [at: number, value: string])[];
}

/** A question about counters, and what Prometheus says to it. */
export interface Truth {
  readonly query: string;
  readonly series: readonly WireSeries[];
  /** The whole answer as it came. */
  readonly body: string;
}

/** Answers in Prometheus' place. Undefined: the truth is told. */
export type Lie = (truth: Truth, response: ServerResponse) => "done" | undefined;

export interface Lying {
  /** How often something else than the truth was told. */
  readonly told: number;
  end(): void;
}

/** A server in front of a real Prometheus: what it says of counters it says as a test wants it. */
export class LyingPrometheus {
  readonly #server: RudeServer;
  #lie: Lie = () => undefined;
  #told = 0;

  private constructor(server: RudeServer) {
    this.#server = server;
  }

  static async start(real: string): Promise<LyingPrometheus> {
    const server = await RudeServer.start();
    const lying = new LyingPrometheus(server);
    server.use(async ({ method, path, query, headers, body }, response) => {
      const answer = await fetch(`${real}${path}?${query}`, {
        method,
        headers: { "content-type": headers["content-type"] ?? "text/plain" },
        ...(method === "POST" ? { body } : {}),
      });
      return lying.#answer(new URLSearchParams(body), answer.status, await answer.text(), response);
    });
    return lying;
  }

  get url(): string {
    return this.#server.url;
  }

  /** From now on the lie is told, in place of any before it. */
  tell(lie: Lie): Lying {
    this.#lie = lie;
    this.#told = 0;
    const told = (): number => this.#told;
    return {
      get told() {
        return told();
      },
      end: () => {
        this.#lie = () => undefined;
      },
    };
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  #answer(asked: URLSearchParams, code: number, body: string, response: ServerResponse): "done" {
    const query = asked.get("query") ?? "";
    const series = seriesOf(body);
    if (series !== undefined && this.#lie({ query, series, body }, response) !== undefined) {
      this.#told += 1;
      return "done";
    }
    return reply(response, code, body);
  }
}

/** The series of an answer about counters; undefined of any other answer. */
function seriesOf(body: string): readonly WireSeries[] | undefined {
  const { data } = JSON.parse(body) as {
    readonly data?: { readonly resultType: string; readonly result: readonly WireSeries[] };
  };
  return data?.resultType === "matrix" ? data.result : undefined;
}

/** An answer in Prometheus' own form. */
export const say = (response: ServerResponse, result: readonly WireSeries[]): "done" =>
  reply(response, 200, { status: "success", data: { resultType: "matrix", result } });
