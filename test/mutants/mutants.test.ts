import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CheckResult } from "../../src/api/verification.ts";
import { FAMILIES } from "./families/index.ts";
import { Ward } from "./ward.ts";

const MUTANTS = FAMILIES.flatMap(({ mutants }) => mutants);

let ward: Ward;
beforeAll(async () => {
  ward = await Ward.open();
});
afterAll(() => ward?.close());

const GOOD: readonly string[] = ["passed", "notApplicable"];
/** What every check that did not pass says. */
const complaints = (results: readonly CheckResult[]) =>
  results
    .filter(({ verdict }) => !GOOD.includes(verdict))
    .map(({ name, verdict, reason, message }) => ({ name, verdict, reason, message }));

describe.concurrent("every check of every family judges", () => {
  test("a healthy candidate, and all are content", async () => {
    const results = await ward.verify("healthy", (results) => complaints(results).length === 0);
    expect(complaints(results)).toEqual([]);
    expect(results.some(({ verdict }) => verdict === "passed")).toBe(true);
  });

  test.for(MUTANTS.map((mutant) => [mutant.wrong, mutant] as const))(
    "a candidate where %s, which one check catches and no other",
    async ([, mutant]) => {
      const { name, caughtBy, verdict = "failed", reason } = mutant;
      const isCaught = (results: readonly CheckResult[]): boolean =>
        complaints(results)
          .map((complaint) => complaint.reason)
          .join() === reason;
      const results = await ward.verify(name, isCaught, mutant);
      expect(complaints(results)).toEqual([
        { name: caughtBy, verdict, reason, message: expect.stringMatching(/./) },
      ]);
    },
  );
});
