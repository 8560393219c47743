import type { AnyObject } from "../../lab/kinds.ts";
import type { Family, Place } from "../mutant.ts";

const of = (name: string): string => `${name}{namespace="{{target.namespace}}",app="{{target.service}}"}`;

/** Whether Prometheus sees the candidate. */
export const SUPERVISION: Family = {
  checks: () => [
    {
      name: "supervision",
      // Long enough to see what changes after a while.
      window: "15s",
      supervision: {
        series: [of("http_requests_total"), of("mail_sent_total")],
        targets: of("up"),
        alerts: of("ALERTS"),
        rules: ["ServiceWarns"],
        appearWithin: "6s",
        staleAfter: "2s",
        interval: "500ms",
      },
    },
  ],
  mutants: [
    {
      name: "no-series",
      wrong: "a metric is not exported any more",
      mutation: "no-series",
      caughtBy: "supervision",
      reason: "NoSeries",
    },
    {
      name: "stale-series",
      wrong: "a metric is not updated after a while",
      mutation: "stale-series",
      caughtBy: "supervision",
      reason: "StaleSeries",
    },
    {
      name: "new-alert",
      wrong: "an alert begins to fire",
      mutation: "new-warning",
      caughtBy: "supervision",
      reason: "NewAlert",
    },
    {
      name: "target-down",
      wrong: "one pod does not answer scrapes",
      objects: (place) => [unscrapable(place)],
      caughtBy: "supervision",
      reason: "TargetDown",
    },
  ],
};

/** A pod of the candidate beside its Deployment: nothing listens where it is scraped, and it is never ready. */
const unscrapable = ({ namespace, name: app }: Place): AnyObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: `${app}-deaf`,
    namespace,
    labels: { app },
    annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "9" },
  },
  spec: {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "service",
        image: "localhost/node:24",
        args: ["-e", "setInterval(() => {}, 60_000)"],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        readinessProbe: { tcpSocket: { port: 9 }, periodSeconds: 1 },
      },
    ],
  },
});
