import type { Family } from "../mutant.ts";

/** What shows only when many ask at once. */
export const LOAD: Family = {
  checks: () => [
    {
      name: "load",
      load: {
        path: "/orders",
        stages: [
          { duration: "2s", from: 1, rate: 30 },
          { duration: "4s", rate: 30 },
        ],
        limits: { p95: "800ms", errors: "1%" },
      },
    },
  ],
  mutants: [
    {
      name: "slow-under-load",
      wrong: "its orders page serves one request at a time",
      mutation: "slow-under-load",
      caughtBy: "load",
      reason: "TooSlow",
    },
  ],
};
