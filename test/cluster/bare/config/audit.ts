/**
 * What the API server writes down: who of Bascule's own namespace asked for what, without contents. Tests hold it against
 * the rights of the controller's role.
 */
export const AUDITED = "system:serviceaccounts:bascule-system";

export function renderAudit(): string {
  return `${JSON.stringify({
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    // A watch is told when it begins: it may outlive the run.
    omitStages: ["RequestReceived"],
    rules: [{ level: "Metadata", userGroups: [AUDITED] }, { level: "None" }],
  })}\n`;
}
