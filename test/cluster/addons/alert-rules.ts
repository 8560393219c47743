/** File of the alerting rules, beside Prometheus' configuration. */
export const RULES_FILE = "rules.yml";

/** The alerts of the local cluster: any service may say itself that something is wrong with it. */
export const renderAlertRules = (): string =>
  `${JSON.stringify({
    groups: [
      {
        name: "services",
        rules: [{ alert: "ServiceWarns", expr: "max by (namespace, app) (service_warnings) > 0" }],
      },
    ],
  })}\n`;
