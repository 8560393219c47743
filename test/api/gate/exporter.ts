import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An application's `/metrics` whose counters a test sets. */
export class Exporter {
  readonly #series = new Map<string, number>();
  readonly #server: Server;
  /** Answers 500 while set: the scrape fails, the series get stale markers. */
  broken = false;
  scrapes = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Exporter> {
    const server = createServer((_, response) => {
      exporter.scrapes += 1;
      if (exporter.broken) return void response.writeHead(500).end();
      const lines = [...exporter.#series].map(([series, value]) => `${series} ${value}`);
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(`${lines.join("\n")}\n`);
    });
    const exporter = new Exporter(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return exporter;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Adds to counters; a series comes into being at its first count. */
  add(counts: Readonly<Record<string, number>>): void {
    for (const [series, count] of Object.entries(counts))
      this.#series.set(series, (this.#series.get(series) ?? 0) + count);
  }

  set(values: Readonly<Record<string, number>>): void {
    for (const [series, value] of Object.entries(values)) this.#series.set(series, value);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
