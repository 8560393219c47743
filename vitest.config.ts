import { defineConfig } from "vitest/config";

/**
 * Three projects, run by `make test-unit`, `make test-api` and `make test-e2e`:
 * `unit` needs nothing, `api` a Kubernetes API server, `e2e` the whole local cluster.
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
            "test/{conformance,property,cluster,lab,demo}/**/*.test.ts",
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "api",
          include: ["test/api/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/{stacks,e2e,faults}/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
    reporters: ["default", "./test/closing-line.ts"],
  },
});
