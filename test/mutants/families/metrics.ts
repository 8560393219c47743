import type { Family } from "../mutant.ts";

const requests = (app: string, more = ""): string =>
  `http_requests_total{namespace="{{target.namespace}}",app="${app}"${more}}`;
const within = (app: string, edge: string): string =>
  `http_request_duration_seconds_bucket{namespace="{{target.namespace}}",app="${app}",le="${edge}"}`;
const count = (app: string): string =>
  `http_request_duration_seconds_count{namespace="{{target.namespace}}",app="${app}"}`;
const [CANDIDATE, LIVE] = ["{{target.service}}", "{{target.baselineService}}"];

/** Requests of users, as Prometheus counts them, by limits and against the live side. */
export const METRICS: Family = {
  checks: () => [
    {
      name: "compare-errors",
      window: "10s",
      compare: {
        source: "pods",
        scrapeInterval: "250ms",
        metrics: [
          {
            name: "errors",
            candidate: { total: requests(CANDIDATE), bad: requests(CANDIDATE, ',code=~"5.."') },
            live: { total: requests(LIVE), bad: requests(LIVE, ',code=~"5.."') },
            detect: "20%",
          },
        ],
      },
    },
    {
      name: "latency-limit",
      window: "10s",
      prometheus: { share: { good: within(CANDIDATE, "0.25"), total: count(CANDIDATE), max: 0.1 } },
    },
  ],
  mutants: [
    {
      name: "failing-requests",
      wrong: "every third request fails",
      mutation: "failing-requests",
      caughtBy: "compare-errors",
      reason: "HarmShown",
    },
    {
      name: "slow-requests",
      wrong: "every third request takes 300 ms",
      mutation: "slow-requests",
      caughtBy: "latency-limit",
      reason: "HarmShown",
    },
  ],
};
