import { check as checkSchema } from "../../../src/api/check.ts";
import { milliseconds } from "../../../src/base/duration.ts";
import { PrometheusChecker } from "../../../src/metrics/prometheus.ts";
import { PrometheusApi } from "../../../src/metrics/prometheus-api.ts";
import type { Look } from "../../../src/ports/checks.ts";
import { reply } from "../../support/rude-server.ts";
import { describeChecker } from "./checker-cases.ts";

const secret = "s3cr3t-of-the-source";

/** A checker of one form of metric check, and a Prometheus that is well. */
function describeForm(form: "share" | "split", value: object, isEvidence: (look: Look) => boolean): void {
  describeChecker({
    name: `prometheus ${form}`,
    make: (address) => {
      const api = new PrometheusApi({
        defaultAddress: address,
        authorization: () => `Bearer ${secret}`,
        timeout: milliseconds(400),
        maxBytes: 1024 * 1024,
      });
      const checker = new PrometheusChecker(api, () => milliseconds(performance.now()));
      const prometheus = { [form]: value, staleAfter: "0ms" };
      const check = checkSchema.parse({ name: "errors", prometheus });
      return { checker, check, secret, close: () => api.close() };
    },
    healthy: ({ body }, response) => {
      const query = new URLSearchParams(body).get("query") ?? "";
      const now = Date.now() / 1_000;
      if (query === "time()") return reply(response, 200, success("scalar", [now, String(now)]));
      const values = [
        [now - 60, "10"],
        [now + 0.001, "40"],
      ];
      const result = query.includes("500") ? [] : [{ metric: { __name__: "requests" }, values }];
      return reply(response, 200, success("matrix", result));
    },
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

const success = (resultType: string, result: unknown) => ({
  status: "success",
  data: { resultType, result },
});
