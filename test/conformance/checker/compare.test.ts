import { check as checkSchema } from "../../../src/api/check.ts";
import { milliseconds } from "../../../src/base/duration.ts";
import { CompareChecker } from "../../../src/metrics/compare.ts";
import { testScraper } from "../../support/scraper.ts";
import { describeChecker } from "./checker-cases.ts";
import { apiAt, healthy, secret } from "./prometheus-source.ts";

describeChecker({
  name: "compare",
  make: (address) => {
    const api = apiAt(address);
    const checker = new CompareChecker(api, testScraper(), () => milliseconds(performance.now()));
    const arm = { total: "requests", bad: 'requests{code="500"}' };
    const compare = { metrics: [{ name: "errors", candidate: arm, live: arm }] };
    const check = checkSchema.parse({ name: "errors", compare });
    return { checker, check, secret, close: () => api.close() };
  },
  healthy: healthy(0.5),
  isEvidence: (look) => look.kind === "compare" && look.windows.length > 0,
});
