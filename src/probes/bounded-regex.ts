import { type Context, createContext, Script } from "node:vm";
import { type Duration, milliseconds } from "../base/duration.ts";

/** A pattern comes from a plan and meets text from a candidate: together they can take years to match. */
const LONGEST = milliseconds(100);
/** So often a match is begun whose time ran out while the thread was hardly let run. */
const ATTEMPTS = 10;

export type Match = "match" | "noMatch" | "tooSlow" | "invalid";

const script = new Script("pattern.test(text)");
const lineScript = new Script("lines.findIndex((line) => pattern.test(line))");
/** One for all tests: making one takes longer than most matches do. */
const context: Context = createContext({});

/**
 * Tests a regular expression in bounded time; the event loop stands still for at most `limit` of the thread's own
 * processor time. A process that is throttled or pushed aside is no proof against an expression, so that a candidate is
 * not blamed for it.
 */
export function testBounded(pattern: string, text: string, limit: Duration = LONGEST): Match {
  const result = runBounded(script, pattern, { text }, limit);
  if ("problem" in result) return result.problem;
  return result.value === true ? "match" : "noMatch";
}

/**
 * Index of the first of some lines that a regular expression matches; undefined when none does. All of them together
 * have the time that is the limit.
 */
export function findBounded(
  pattern: string,
  lines: readonly string[],
  limit: Duration = LONGEST,
): number | undefined | "tooSlow" | "invalid" {
  const result = runBounded(lineScript, pattern, { lines }, limit);
  if ("problem" in result) return result.problem;
  return typeof result.value === "number" && result.value >= 0 ? result.value : undefined;
}

function runBounded(
  code: Script,
  pattern: string,
  input: { readonly text?: string; readonly lines?: readonly string[] },
  limit: Duration,
): { readonly value: unknown } | { readonly problem: "tooSlow" | "invalid" } {
  let compiled: RegExp;
  try {
    compiled = new RegExp(pattern);
  } catch {
    return { problem: "invalid" };
  }
  Object.assign(context, { pattern: compiled, ...input });
  try {
    const start = process.threadCpuUsage();
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const run = runOnce(code, limit);
      if (run !== "late") return run;
      const { user, system } = process.threadCpuUsage(start);
      if ((user + system) / 1_000 >= limit / 2) break;
    }
    return { problem: "tooSlow" };
  } finally {
    Object.assign(context, { text: undefined, lines: undefined });
  }
}

function runOnce(code: Script, limit: Duration): { readonly value: unknown } | "late" {
  try {
    return { value: code.runInContext(context, { timeout: limit }) };
  } catch (error) {
    // The error may come from the context's own realm, where `instanceof Error` does not hold.
    const problem = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (problem === "ERR_SCRIPT_EXECUTION_TIMEOUT") return "late";
    throw error;
  }
}
