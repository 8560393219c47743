import { type Context, createContext, Script } from "node:vm";
import { type Duration, milliseconds } from "../base/duration.ts";

/** A pattern comes from a plan and meets text from a candidate: together they can take years to match. */
const LONGEST = milliseconds(100);

export type Match = "match" | "noMatch" | "tooSlow" | "invalid";

const script = new Script("pattern.test(text)");
/** One for all tests: making one takes longer than most matches do. */
const context: Context = createContext({});

/** Tests a regular expression in bounded time; the event loop stands still for at most `limit`. */
export function testBounded(pattern: string, text: string, limit: Duration = LONGEST): Match {
  let compiled: RegExp;
  try {
    compiled = new RegExp(pattern);
  } catch {
    return "invalid";
  }
  Object.assign(context, { pattern: compiled, text });
  try {
    return script.runInContext(context, { timeout: limit }) === true ? "match" : "noMatch";
  } catch (error) {
    // The error may come from the context's own realm, where `instanceof Error` does not hold.
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return "tooSlow";
    throw error;
  } finally {
    context.text = undefined;
  }
}
