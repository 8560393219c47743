import { check as checkSchema } from "../../../src/api/check.ts";
import { milliseconds } from "../../../src/base/duration.ts";
import { SupervisionChecker } from "../../../src/metrics/supervision.ts";
import { describeChecker } from "./checker-cases.ts";
import { answering, apiAt, secret } from "./prometheus-source.ts";

describeChecker({
  name: "supervision",
  make: (address) => {
    const api = apiAt(address);
    const checker = new SupervisionChecker(api, () => milliseconds(performance.now()));
    const check = checkSchema.parse({ name: "seen", supervision: { series: ["hits"], appearWithin: "0ms" } });
    return { checker, check, secret, close: () => api.close() };
  },
  healthy: answering((_, now) => [{ metric: { __name__: "hits" }, values: [[now + 0.5, "1"]] }]),
  isEvidence: (look) => look.kind === "functional" && look.good,
});
