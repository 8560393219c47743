import type { Reporter, TestModule } from "vitest/node";

/**
 * Vitest reporter that ends a run with `N passed, N failed` alone on a line. A module that fails to load
 * and an error outside of tests count as failures, so that a broken run can't look like a small green one.
 * When BASCULE_TEST_TALLY names a file, the counts are appended there, so that several runs can be summed.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      if (module.state() === "failed" && module.children.size === 0) failed += 1;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === "passed") passed += 1;
        else if (state === "failed") failed += 1;
      }
    }
    const line = `${passed} passed, ${failed} failed`;
    process.on("exit", () => process.stdout.write(`\n${line}\n`));
  }
}
