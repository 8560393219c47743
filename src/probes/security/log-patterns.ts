import { setImmediate as nextTurn } from "node:timers/promises";
import type { LogsCheck } from "../../api/checks/logs.ts";
import { logFindingIn } from "../../core/gate/log-findings.ts";
import { findBounded, testBounded } from "../bounded-regex.ts";
import type { LogLine } from "./log-lines.ts";

export interface LineFinding {
  readonly reason: "ForbiddenLine" | "SecretInLog" | "StackTrace";
  readonly line: string;
}

export type Examined =
  | { readonly kind: "read"; readonly finding?: LineFinding }
  /** An expression that takes too long tells nothing about the line. */
  | { readonly kind: "tooSlow"; readonly pattern: string };

/** Lines that an expression gets at a time: together they have 100 ms. */
const BATCH = 200;

/**
 * Holds lines against a check's expressions. Those of `expect` that match are added to `seen`; the first line that is
 * forbidden is the finding.
 */
export async function examineLines(
  lines: readonly LogLine[],
  { expect = [], forbid = [], allow = [], defaults }: LogsCheck,
  seen: Set<string>,
): Promise<Examined> {
  for (let from = 0; from < lines.length; from += BATCH) {
    const batch = lines.slice(from, from + BATCH).map(({ text }) => text);
    for (const pattern of expect.filter((one) => !seen.has(one))) {
      const index = findBounded(pattern, batch);
      if (index === "tooSlow") return { kind: "tooSlow", pattern };
      if (typeof index === "number") seen.add(pattern);
    }
    for (const pattern of forbid) {
      const line = forbiddenLine(pattern, batch, allow);
      if (line === "tooSlow") return { kind: "tooSlow", pattern };
      if (line !== undefined) return { kind: "read", finding: { reason: "ForbiddenLine", line: line.text } };
    }
    for (const line of defaults ? batch : []) {
      const reason = logFindingIn(line);
      if (reason !== undefined && !isAllowed(line, allow)) return { kind: "read", finding: { reason, line } };
    }
    // What a candidate logs must not keep the controller from its other work.
    await nextTurn();
  }
  return { kind: "read" };
}

/** The first line that matches and is not allowed. */
function forbiddenLine(
  pattern: string,
  lines: readonly string[],
  allow: readonly string[],
): { readonly text: string } | "tooSlow" | undefined {
  for (let from = 0; from < lines.length; ) {
    const index = findBounded(pattern, lines.slice(from));
    if (index === "tooSlow") return "tooSlow";
    if (typeof index !== "number") return undefined;
    const text = lines[from + index] ?? "";
    if (!isAllowed(text, allow)) return { text };
    from += index + 1;
  }
  return undefined;
}

const isAllowed = (line: string, allow: readonly string[]): boolean =>
  allow.some((pattern) => testBounded(pattern, line) === "match");
