import { describe, expect, it } from "vitest";
import { lookContext } from "../../test/support/look-context.ts";
import { check as checkSchema } from "../api/check.ts";
import type { Look, LookContext } from "../ports/checks.ts";
import { ManualChecker } from "./manual.ts";

const look = (manual: object, more: Partial<LookContext> = {}): Promise<Look> =>
  new ManualChecker().look(lookContext(checkSchema.parse({ name: "layout", manual }), more));
const question = "Does the invoice look right?";

describe("a manual check", () => {
  it("waits for an answer, and says who may give it and how", async () => {
    const seen = await look({ question, role: "accounting", groups: ["finance"], users: ["ana"] });
    expect(seen).toMatchObject({ kind: "outcome", state: "running", reason: "AwaitsAnswer" });
    const message = seen.kind === "outcome" ? seen.message : "";
    expect(message).toContain("a holder of the role accounting or a member of finance or ana");
    expect(message).toContain(question);
    expect(message).toContain("bascule answer v layout --pass");
  });

  it.each([
    ["pass", "passed", "AnsweredPass"],
    ["fail", "failed", "AnsweredFail"],
  ] as const)(
    "is over with the answer %s, and the person is its validator",
    async (verdict, state, reason) => {
      const answer = { check: "layout", verdict, reason: "total fits", by: "ana@example.com" };
      expect(await look({ question }, { answer })).toEqual({
        kind: "outcome",
        ...{ state, reason },
        message: "ana@example.com: total fits",
        validator: "ana@example.com",
        evidence: `${question}\n${verdict}, ana@example.com: total fits`,
      });
    },
  );

  it("throws when it is aborted, and knows a check of another kind", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(look({ question }, { signal })).rejects.toThrow("enough");
    const other = lookContext(checkSchema.parse({ name: "x", http: {} }));
    expect(await new ManualChecker().look(other)).toMatchObject({ kind: "unreadable" });
  });
});
