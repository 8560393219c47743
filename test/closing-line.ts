import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/**
 * Vitest reporter that ends a run with `N passed, N failed` alone on a line. A module that fails to load
 * and an error outside of tests count as failures, so that a broken run can't look like a small green one.
 * When BASCULE_TEST_TALLY names a file, the counts are written there instead, for a sum over several runs.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      if (module.state() === "failed" && module.children.size === 0) failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed") failed += 1;
      }
    }
    const file = process.env.BASCULE_TEST_TALLY;
    if (file !== undefined) writeFileSync(file, JSON.stringify({ passed, failed }));
    else process.on("exit", () => process.stdout.write(`\n${passed} passed, ${failed} failed\n`));
  }
}
