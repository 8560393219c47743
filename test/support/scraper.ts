import { milliseconds } from "../../src/base/duration.ts";
import { Scraper, type ScraperOptions } from "../../src/metrics/scrape/scraper.ts";
import type { FindEndpoints } from "../../src/ports/endpoints.ts";
import { testBounded } from "../../src/probes/bounded-regex.ts";

/** Every Service is served at the given addresses, each on its own port, which the Service calls `metrics`. */
export const servedAt =
  (urls: () => readonly string[]): FindEndpoints =>
  () => ({
    ports: [{ name: "metrics", port: 80 }],
    ready: urls().map((url) => {
      const { hostname, port } = new URL(url);
      return { address: hostname, ports: [{ name: "metrics", port: Number(port) }] };
    }),
  });

/** A scraper in real time; by default there is nothing to scrape. */
export const testScraper = (more: Partial<ScraperOptions> = {}): Scraper =>
  new Scraper({
    find: () => undefined,
    grant: async () => undefined,
    test: testBounded,
    monotonic: () => milliseconds(performance.now()),
    ...more,
  });
