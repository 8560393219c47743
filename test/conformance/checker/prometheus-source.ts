import { milliseconds } from "../../../src/base/duration.ts";
import { PrometheusApi } from "../../../src/metrics/prometheus-api.ts";
import { type RudeHandler, reply } from "../../support/rude-server.ts";

export const secret = "s3cr3t-of-the-source";

/** A client with a secret and short limits. */
export const apiAt = (address: string): PrometheusApi =>
  new PrometheusApi({
    defaultAddress: address,
    authorization: () => `Bearer ${secret}`,
    timeout: milliseconds(400),
    maxBytes: 1024 * 1024,
  });

/** A Prometheus that is well: it tells the time, and answers queries with these series. */
export const answering =
  (series: (query: string, now: number) => readonly unknown[]): RudeHandler =>
  ({ body }, response) => {
    const query = new URLSearchParams(body).get("query") ?? "";
    const now = Date.now() / 1_000;
    if (query === "time()") return reply(response, 200, success("scalar", [now, String(now)]));
    return reply(response, 200, success("matrix", series(query, now)));
  };

/** Forty requests by now, ten a minute ago, and none of them bad. */
export const healthy = (ahead: number): RudeHandler =>
  answering((query, now) => {
    const values = [
      [now - 60, "10"],
      [now + ahead, "40"],
    ];
    return query.includes("500") ? [] : [{ metric: { __name__: "requests" }, values }];
  });

const success = (resultType: string, result: unknown) => ({
  status: "success",
  data: { resultType, result },
});
