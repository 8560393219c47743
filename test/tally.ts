import { readFileSync } from "node:fs";

/** What a run of tests came to. */
export interface Tally {
  readonly passed: number;
  /** Each failure in one line: where, which test, and what it said first. */
  readonly failures: readonly string[];
}

/** @returns nothing where the run ended before it could say */
export function readTally(file: string): Tally | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Tally;
  } catch {
    return undefined;
  }
}

/** The end of a run: what failed, where somebody looks who sees nothing but the end, and the counts alone. */
export function closingLines({ passed, failures }: Tally): string {
  const list = failures.length === 0 ? "" : `\nFailed:\n${failures.map((f) => `  ${f}\n`).join("")}`;
  return `${list}\n${passed} passed, ${failures.length} failed\n`;
}
