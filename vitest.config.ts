import { defineConfig } from "vitest/config";
import { clustersAtOnce } from "./test/support/clusters-at-once.ts";

/** Files that need a cluster have one to themselves: as many run at once as there are clusters. */
const onClusters = (groupOrder: number) => ({
  setupFiles: ["test/support/own-cluster.ts"],
  maxWorkers: Math.max(1, clustersAtOnce().length),
  sequence: { groupOrder },
});

/**
 * Four projects, run by `make test-unit`, `make test-api` and `make test-e2e`:
 * `unit` needs nothing, `api` a Kubernetes API server, `e2e` the whole local cluster, and `rights` looks at what a run of `e2e` asked for.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "stacks/**/*.test.ts",
            "test/{conformance,property,model,cluster,lab,demo,upgrade}/**/*.test.ts",
          ],
          // Much of it reckons for seconds: this ends what hangs, and says nothing about speed.
          testTimeout: 120_000,
          // They reckon and hardly wait: by default one core would be left for nothing.
          maxWorkers: "100%",
        },
      },
      {
        test: {
          name: "api",
          include: ["test/api/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          ...onClusters(1),
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/{stacks,e2e,faults,mutants}/**/*.test.ts"],
          testTimeout: 300_000,
          // Tests of one file that run at once, where a file says that they may.
          maxConcurrency: 4,
          hookTimeout: 600_000,
          ...onClusters(2),
        },
      },
      {
        // After the end-to-end tests: what they made the controller ask for, against its roles.
        test: {
          name: "rights",
          include: ["test/rights/**/*.test.ts"],
          testTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
    reporters: ["default", "./test/closing-line.ts"],
  },
});
