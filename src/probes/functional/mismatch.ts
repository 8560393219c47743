import { testBounded } from "../bounded-regex.ts";

/** Why a text does not match a regular expression, as the end of a sentence; undefined when it does. */
export function mismatch(pattern: string, text: string): string | undefined {
  switch (testBounded(pattern, text)) {
    case "match":
      return undefined;
    case "noMatch":
      return "does not match what is expected";
    case "tooSlow":
      return "could not be matched within 100 ms; write a simpler expression";
    case "invalid":
      return "is expected to match something that is no regular expression";
  }
}
