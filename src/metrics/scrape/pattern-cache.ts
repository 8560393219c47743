import type { RegexTest } from "../../core/gate/series-selector.ts";

/** Tests a pattern on a text in bounded time. */
export type BoundedTest = (pattern: string, text: string) => "match" | "noMatch" | "tooSlow" | "invalid";

/** An expression took too long on a label's value. */
export class PatternTooSlow extends Error {
  override readonly name = "PatternTooSlow";

  constructor(pattern: string) {
    super(`the expression ${pattern.slice(0, 200)} could not be matched in time; write a simpler one`);
  }
}

const MOST_CACHED = 10_000;

/** Remembers what matched: label values come again and again, and a pattern that was too slow once stays so. */
export function cachedTest(test: BoundedTest): RegexTest {
  const known = new Map<string, boolean>();
  const slow = new Set<string>();
  return (pattern, text) => {
    if (slow.has(pattern)) throw new PatternTooSlow(pattern);
    const key = JSON.stringify([pattern, text]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = test(pattern, text);
    if (found === "tooSlow") {
      slow.add(pattern);
      throw new PatternTooSlow(pattern);
    }
    if (known.size >= MOST_CACHED) known.clear();
    known.set(key, found === "match");
    return found === "match";
  };
}
