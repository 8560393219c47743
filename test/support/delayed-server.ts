import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";

/** What the n-th request gets, counted from 0: a pause before the answer in milliseconds, and its status. */
export type Plan = (n: number) => { readonly pause: number; readonly status?: number };

/** A server whose delays and errors are known, and which measures how long its answers really took. */
export class DelayedServer {
  readonly #server: Server;
  /** Milliseconds from the arrival of each request to its answer, as the server sees it. */
  readonly took: number[] = [];
  /** Nothing is answered before this time of `performance.now()`. */
  stalledUntil = 0;
  requests = 0;

  private constructor(plan: Plan) {
    this.#server = createServer((_, response) => {
      const arrived = performance.now();
      const { pause, status = 200 } = plan(this.requests++);
      const wait = Math.max(pause, this.stalledUntil - arrived);
      setTimeout(() => {
        this.took.push(performance.now() - arrived);
        response.writeHead(status, { "content-length": "2" }).end("ok");
      }, wait);
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  static async start(plan: Plan): Promise<DelayedServer> {
    const made = new DelayedServer(plan);
    await new Promise<void>((resolve) => made.#server.listen(0, "127.0.0.1", resolve));
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Connections that are open now. */
  open(): Promise<number> {
    return new Promise((resolve) => this.#server.getConnections((_, count) => resolve(count)));
  }

  /** The time that a share of its answers did not exceed. */
  percentile(share: number): number {
    const sorted = this.took.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
