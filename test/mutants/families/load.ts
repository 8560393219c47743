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
    {
      name: "failing-under-load",
      wrong: "every tenth order fails",
      mutation: "failing-under-load",
      caughtBy: "load",
      reason: "TooManyErrors",
    },
    {
      name: "falls-over",
      wrong: "its orders page falls over after a while and does not come back",
      mutation: "falls-over",
      caughtBy: "load",
      reason: "TargetDown",
    },
  ],
};
