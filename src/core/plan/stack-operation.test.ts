import { describe, expect, it } from "vitest";
import { milliseconds, minutes } from "../../base/duration.ts";
import { instant, plus } from "../../base/instant.ts";
import type { StackRequest } from "./stack.ts";
import { attemptOf, type FailedOutcome, nextTry, stackReason, standingOf } from "./stack-operation.ts";

const NOW = instant(Date.UTC(2030, 0, 1));
const request = (attempt: number): StackRequest => ({
  key: `uid/remove-blue/${attempt}`,
  stack: "ns.shop.blue",
  operation: "destroy",
  task: { kind: "entry", input: { namespace: "ns", plan: "shop", ports: [], initialSlot: "blue" } },
  serviceAccount: { namespace: "ns", name: "bascule" },
  deadline: minutes(1),
});
const failed: FailedOutcome = { state: "failed", class: "forbidden", message: "no", retry: "later" };

describe("a stack operation that a status names", () => {
  it("is open while it runs, and while this process knows nothing of it", () => {
    const key = request(1).key;
    expect(standingOf(request(1), [], {}, NOW)).toEqual({ kind: "open" });
    expect(standingOf(request(1), [], { [key]: { state: "running" } }, NOW)).toEqual({ kind: "open" });
    expect(standingOf(request(1), [], { [key]: failed }, NOW)).toEqual({ kind: "failed", outcome: failed });
  });

  it("is tried again under the next key after a pause, and not before", () => {
    const next = nextTry(request(1), failed, NOW);
    expect(next.intent).toMatchObject({ key: request(2).key, attempt: 2, problem: "no" });
    expect(attemptOf([next.intent], "uid/remove-blue/")).toBe(2);
    const standing = (now: typeof NOW) => standingOf(request(2), [next.intent], {}, now);
    expect(standing(NOW)).toEqual({ kind: "pausing", until: next.notBefore });
    expect(standing(next.notBefore)).toEqual({ kind: "open" });
  });

  it("pauses for longer from try to try, half a minute at most", () => {
    const pauses = [1, 2, 3, 9, 40].map((n) => nextTry(request(n), failed, NOW).notBefore);
    const expected = [1_000, 2_000, 4_000, 30_000, 30_000].map((ms) => plus(NOW, milliseconds(ms)));
    expect(pauses).toEqual(expected);
  });

  it("has a reason of one word for each class", () => {
    expect(stackReason("forbidden")).toBe("StackForbidden");
  });
});
