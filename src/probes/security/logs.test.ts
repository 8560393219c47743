import { describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { MemoryCandidate } from "../../../test/support/memory-candidate.ts";
import { pod } from "../../../test/support/pod-samples.ts";
import { check as checkSchema } from "../../api/check.ts";
import type { CheckResult } from "../../api/verification.ts";
import { milliseconds, seconds } from "../../base/duration.ts";
import { instant, plus, renderInstant } from "../../base/instant.ts";
import { err, ok } from "../../base/result.ts";
import { judge } from "../../core/gate/judge.ts";
import type { Look } from "../../ports/checks.ts";
import type { LogCluster } from "./log-cluster.ts";
import { LogsChecker } from "./logs.ts";

const FROM = instant(Date.UTC(2026, 0, 1));
const started = (restartCount = 0) => ({
  ...pod(),
  status: { containerStatuses: [{ name: "main", restartCount }] },
});
const logging = (...lines: string[]): LogCluster & { failure?: string } => {
  const log: LogCluster & { failure?: string } = {
    log: async () =>
      log.failure === undefined
        ? ok(lines.map((line, i) => `${renderInstant(plus(FROM, milliseconds(i + 1)))} ${line}\n`).join(""))
        : err({ kind: log.failure, message: "" }),
  };
  return log;
};
const checkOf = (logs: object) => checkSchema.parse({ name: "logs", logs });
const contextOf = (logs: object) => lookContext(checkOf(logs), { from: FROM, now: FROM });
const look = (log: LogCluster, logs: object = {}, candidate = started()): Promise<Look> =>
  new LogsChecker(new MemoryCandidate([candidate as ReturnType<typeof pod>]), log).look(contextOf(logs));

describe("a logs check", () => {
  it("is content with lines that hold what they have to and nothing else", async () => {
    expect(await look(logging("ready", "GET / 200"), { expect: ["^ready$"] })).toMatchObject({
      state: "passed",
      reason: "LogsAsExpected",
      sampleSize: 2,
    });
  });

  it.each<[string, object, string]>([
    ["password=hunter22", {}, "SecretInLog"],
    ["    at serve (/app/server.js:10:5)", {}, "StackTrace"],
    ["FATAL x", { forbid: ["^FATAL"] }, "ForbiddenLine"],
  ])("finds %s, and tells where, masked", async (line, more, reason) => {
    const seen = await look(logging("ready", line), more);
    expect(seen).toMatchObject({
      state: "failed",
      reason,
      message: expect.stringMatching(/^pod shop-green-0, container main: /),
    });
    expect(JSON.stringify(seen)).not.toContain("hunter22");
  });

  it("lets pass what is allowed, and looks at the lines behind it", async () => {
    const lines = logging("password=hunter22 of the demo", "FATAL but known", "FATAL");
    const allow = ["of the demo$", "but known"];
    expect(await look(lines, { allow, forbid: ["^FATAL"] })).toMatchObject({
      state: "failed",
      evidence: "FATAL",
    });
    expect(await look(lines, { allow, defaults: false, forbid: ["^FATAL b"] })).toMatchObject({
      state: "passed",
    });
  });

  it("is no verdict while nothing has started, and when logs can't be read or matched", async () => {
    expect(await look(logging(), {}, pod() as never)).toMatchObject({
      kind: "nothing",
      reason: "NotStarted",
    });
    const broken = logging("x");
    broken.failure = "forbidden";
    expect(await look(broken)).toMatchObject({ kind: "unreadable", reason: "Forbidden" });
    broken.failure = "timeout";
    expect(await look(broken)).toMatchObject({ kind: "unreadable", reason: "ClusterUnreadable" });
    const slow = logging(`${"a".repeat(60)}b`);
    expect(await look(slow, { forbid: ["^(a+)+$"] })).toMatchObject({
      kind: "unreadable",
      reason: "PatternTooSlow",
    });
  });

  it("remembers what it has seen until it is finished", async () => {
    const first = logging("ready");
    const lines = { log: first.log };
    const checker = new LogsChecker(new MemoryCandidate([started() as never]), lines);
    const context = contextOf({ expect: ["ready"] });
    expect(await checker.look(context)).toMatchObject({ state: "passed", sampleSize: 1 });
    lines.log = logging().log;
    expect(await checker.look(context)).toMatchObject({ state: "passed", sampleSize: 1 });
    await checker.finish(context);
    expect(await checker.look(context)).toMatchObject({ state: "running", reason: "LineMissing" });
  });
});

describe("the verdict about logs", () => {
  const passed: Look = { kind: "outcome", state: "passed", reason: "LogsAsExpected", message: "fine" };
  const missing: Look = { kind: "outcome", state: "running", reason: "LineMissing", message: "no line" };
  const judged = (seen: Look, after: number, previous?: CheckResult) =>
    judge(checkOf({ expect: ["x"], within: "10s" }), previous, seen, {
      at: plus(FROM, seconds(after)),
      from: FROM,
      window: seconds(20),
      deadline: plus(FROM, seconds(100)),
      validator: "test",
    }).result;

  it("passes at the end of the window, and not before", () => {
    expect(judged(passed, 19).verdict).toBe("pending");
    expect(judged(passed, 20).verdict).toBe("passed");
  });

  it("waits for a line until the window and its own time are over, and fails then", () => {
    expect(judged(missing, 19)).toMatchObject({ verdict: "pending" });
    expect(judged(missing, 20)).toMatchObject({ verdict: "failed", reason: "LineMissing" });
  });

  it("does not take a pass back because a reader starts anew, but does for a later finding or silence", () => {
    const before = judged(passed, 20);
    expect(judged(missing, 30, before).verdict).toBe("passed");
    expect(judged({ ...missing, state: "failed", reason: "SecretInLog" } as Look, 30, before).verdict).toBe(
      "failed",
    );
    let result = before;
    for (let i = 31; i < 34; i++)
      result = judged({ kind: "unreadable", reason: "ClusterUnreadable", message: "x" }, i, result);
    expect(result.verdict).toBe("error");
  });
});
