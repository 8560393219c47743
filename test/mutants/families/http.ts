import type { Family } from "../mutant.ts";

/** One request and its answer. */
export const HTTP: Family = {
  checks: () => [
    { name: "http-health", http: { path: "/healthz", interval: "250ms" } },
    {
      name: "http-page",
      http: {
        path: "/page",
        interval: "250ms",
        // Far above what a healthy one needs on a busy machine.
        timeout: "8s",
        expect: { headers: { "x-version": "^2[.]" }, body: "Welcome", maxLatency: "5s" },
      },
    },
  ],
  mutants: [
    {
      name: "wrong-status",
      wrong: "its health page answers 503",
      mutation: "wrong-status",
      caughtBy: "http-health",
      reason: "WrongStatus",
    },
    {
      name: "wrong-body",
      wrong: "its page shows something else",
      mutation: "wrong-body",
      caughtBy: "http-page",
      reason: "WrongBody",
    },
    {
      name: "missing-response-header",
      wrong: "its page lacks the version's header",
      mutation: "missing-response-header",
      caughtBy: "http-page",
      reason: "MissingHeader",
    },
    {
      name: "slow-page",
      wrong: "its page takes 5.5 s",
      mutation: "slow-page",
      caughtBy: "http-page",
      reason: "TooSlow",
    },
  ],
};
