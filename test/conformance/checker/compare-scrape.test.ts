import { check as checkSchema } from "../../../src/api/check.ts";
import { milliseconds } from "../../../src/base/duration.ts";
import { CompareChecker } from "../../../src/metrics/compare.ts";
import { PrometheusApi } from "../../../src/metrics/prometheus-api.ts";
import { servedAt, testScraper } from "../../support/scraper.ts";
import { describeChecker } from "./checker-cases.ts";

/** The only thing of its own that a scrape sends. */
const SENT = "application/openmetrics-text;version=1.0.0";

describeChecker({
  name: "compare (direct scraping)",
  make: (address) => {
    const scraper = testScraper({
      find: servedAt(() => [address]),
      maxBytes: 1024 * 1024,
      mostTimeout: milliseconds(400),
    });
    const monotonic = () => milliseconds(performance.now());
    const checker = new CompareChecker(new PrometheusApi({}), scraper, monotonic);
    const arm = { total: "requests_total", bad: 'requests_total{code="500"}' };
    const metrics = [{ name: "errors", candidate: arm, live: arm }];
    const compare = { metrics, scrape: { service: { name: "gateway" } }, scrapeInterval: "250ms" };
    const check = checkSchema.parse({ name: "errors", compare });
    return { checker, check, secret: SENT, close: () => scraper.close() };
  },
  healthy: (_, response) => {
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
    response.end('# TYPE requests_total counter\nrequests_total{code="200"} 40\n');
    return "done";
  },
  isEvidence: (look) => look.kind === "compare" && look.windows.length > 0,
});
