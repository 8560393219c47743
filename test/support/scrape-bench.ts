import { type Check, check as checkSchema } from "../../src/api/check.ts";
import { milliseconds } from "../../src/base/duration.ts";
import { type Instant, instant } from "../../src/base/instant.ts";
import { CompareChecker } from "../../src/metrics/compare.ts";
import { PrometheusApi } from "../../src/metrics/prometheus-api.ts";
import type { Scraper } from "../../src/metrics/scrape/scraper.ts";
import type { Look, LookContext } from "../../src/ports/checks.ts";
import type { ReadyEndpoint } from "../../src/ports/endpoints.ts";
import { lookContext } from "./look-context.ts";
import { RudeServer } from "./rude-server.ts";
import { testScraper } from "./scraper.ts";

const START = 1_900_000_000_000;
/** A second of the bench's time. */
export const second = (n: number): Instant => instant(START + n * 1_000);

/** Looks at one check, whose endpoints are servers of this test; time goes on as the test says. */
export class ScrapeBench {
  readonly servers: RudeServer[] = [];
  readonly bodies = new Map<RudeServer, string | undefined>();
  readonly services = new Map<string, readonly { readonly server: RudeServer; readonly pod?: string }[]>();
  readonly scraper: Scraper = testScraper({
    find: (_, name) => {
      const found = this.services.get(name);
      return found && { ports: [{ name: "metrics", port: 9090 }], ready: found.map(readyAt) };
    },
    grant: async () => (this.granted ? undefined : { reason: "NotGranted", message: "ask for a grant" }),
    monotonic: () => milliseconds(0),
    rule: { problemOf: (_, port) => (this.forbidden.has(port) ? "the API server's" : undefined) },
  });
  readonly forbidden = new Set<number>();
  /** Whether Services of other namespaces may be read. */
  granted = true;
  readonly #checker = new CompareChecker(new PrometheusApi({}), this.scraper, () => milliseconds(0));
  #judged: Instant | undefined;

  async serve(): Promise<RudeServer> {
    const server = await RudeServer.start();
    this.servers.push(server);
    server.use((_, response) => {
      const body = this.bodies.get(server);
      // Without a body it never answers.
      if (body !== undefined) response.end(body);
      return "done";
    });
    return server;
  }

  /** One look at a comparison. */
  look(compare: object, at: number): Promise<Look> {
    return this.lookAt(checkSchema.parse({ name: "errors", compare }), at);
  }

  async lookAt(check: Check, at: number, more: Partial<LookContext> = {}): Promise<Look> {
    const judged = this.#judged === undefined ? {} : { judgedUntil: this.#judged };
    const look = await this.#checker.look(
      lookContext(check, { from: second(0), now: second(at), ...judged, ...more }),
    );
    if (look.kind === "compare") this.#judged = look.windows.at(-1)?.end ?? this.#judged;
    return look;
  }

  async close(): Promise<void> {
    this.scraper.close();
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

const readyAt = ({ server, pod }: { readonly server: RudeServer; readonly pod?: string }): ReadyEndpoint => ({
  address: "127.0.0.1",
  ...(pod === undefined ? {} : { pod }),
  ports: [{ name: "metrics", port: server.port }],
});
