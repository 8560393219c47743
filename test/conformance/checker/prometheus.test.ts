import { check as checkSchema } from "../../../src/api/check.ts";
import { milliseconds } from "../../../src/base/duration.ts";
import { PrometheusChecker } from "../../../src/metrics/prometheus.ts";
import type { Look } from "../../../src/ports/checks.ts";
import { describeChecker } from "./checker-cases.ts";
import { apiAt, healthy, secret } from "./prometheus-source.ts";

/** A checker of one form of metric check, and a Prometheus that is well. */
function describeForm(form: "share" | "split", value: object, isEvidence: (look: Look) => boolean): void {
  describeChecker({
    name: `prometheus ${form}`,
    make: (address) => {
      const api = apiAt(address);
      const checker = new PrometheusChecker(api, () => milliseconds(performance.now()));
      const prometheus = { [form]: value, staleAfter: "0ms" };
      const check = checkSchema.parse({ name: "errors", prometheus });
      return { checker, check, secret, close: () => api.close() };
    },
    healthy: healthy(0.001),
    isEvidence,
  });
}

describeForm(
  "share",
  { bad: 'requests{code="500"}', total: "requests", max: 0.01 },
  (look) => look.kind === "share" && look.total === 30 && look.bad === 0,
);
describeForm(
  "split",
  { candidate: 'requests{code="500"}', live: "requests" },
  (look) => look.kind === "split" && look.live === 30 && look.candidate === 0,
);
