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
        expect: { headers: { "x-version": "^2[.]" }, body: "Welcome", maxLatency: "500ms" },
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
      wrong: "its page takes 600 ms",
      mutation: "slow-page",
      caughtBy: "http-page",
      reason: "TooSlow",
    },
  ],
};
