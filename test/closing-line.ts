import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestModule } from "vitest/node";
import { closingLines, type Tally } from "./tally.ts";

/**
 * Vitest reporter that ends a run with what failed, and with `N passed, N failed` alone on a line. A module that
 * fails to load or to begin and an error outside of tests count as failures, so that a broken run can't look like a small
 * green one. When BASCULE_TEST_TALLY names a file, the tally is written there instead, for a sum over several runs.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    const failures = errors.map((error) => `outside of tests: ${start(error)}`);
    for (const module of modules) {
      const where = module.relativeModuleId;
      const failed = [...module.children.allTests("failed")];
      if (module.state() === "failed" && failed.length === 0)
        failures.push(`${where}: ${start(module.errors()[0])}`);
      for (const test of module.children.allTests()) {
        const { state, errors: said } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed") failures.push(`${where} > ${test.fullName}: ${start(said?.[0])}`);
      }
    }
    const tally: Tally = { passed, failures };
    const file = process.env.BASCULE_TEST_TALLY;
    if (file !== undefined) writeFileSync(file, JSON.stringify(tally));
    else process.on("exit", () => process.stdout.write(closingLines(tally)));
  }
}

/** What an error says first, in one line and without colours; what a test of the lab awaits is told in the second. */
function start(error: unknown): string {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return stripVTControlCharacters(String(message ?? error ?? "it said nothing"))
    .split("\n", 2)
    .join(" | ")
    .slice(0, 700);
}
