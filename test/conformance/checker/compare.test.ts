import { check as checkSchema } from "../../../src/api/check.ts";
import { milliseconds } from "../../../src/base/duration.ts";
import { CompareChecker } from "../../../src/metrics/compare.ts";
import { PrometheusApi } from "../../../src/metrics/prometheus-api.ts";
import { reply } from "../../support/rude-server.ts";
import { describeChecker } from "./checker-cases.ts";

const secret = "s3cr3t-of-the-source";
const success = (resultType: string, result: unknown) => ({
  status: "success",
  data: { resultType, result },
});

describeChecker({
  name: "compare",
  make: (address) => {
    const api = new PrometheusApi({
      defaultAddress: address,
      authorization: () => `Bearer ${secret}`,
      timeout: milliseconds(400),
      maxBytes: 1024 * 1024,
    });
    const checker = new CompareChecker(api, () => milliseconds(performance.now()));
    const arm = { total: "requests", bad: 'requests{code="500"}' };
    const compare = { metrics: [{ name: "errors", candidate: arm, live: arm }] };
    const check = checkSchema.parse({ name: "errors", compare });
    return { checker, check, secret, close: () => api.close() };
  },
  healthy: ({ body }, response) => {
    const query = new URLSearchParams(body).get("query") ?? "";
    const now = Date.now() / 1_000;
    if (query === "time()") return reply(response, 200, success("scalar", [now, String(now)]));
    const values = [
      [now - 60, "10"],
      [now + 0.5, "40"],
    ];
    const result = query.includes("500") ? [] : [{ metric: { __name__: "requests" }, values }];
    return reply(response, 200, success("matrix", result));
  },
  isEvidence: (look) => look.kind === "compare" && look.windows.length > 0,
});
