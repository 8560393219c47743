import { describe, expect, it } from "vitest";
import { cpuTime } from "../../../test/support/cpu-time.ts";
import { check as checkSchema } from "../../api/check.ts";
import type { CheckResult, Verdict } from "../../api/verification.ts";
import { instant } from "../../base/instant.ts";
import { maskSecrets } from "./mask.ts";
import { concluded, conditionsOf, finalPhase, stopEarly } from "./verification-phase.ts";

const check = (name: string, more: object = {}) => checkSchema.parse({ name, http: {}, ...more });
const result = (name: string, verdict: Verdict): CheckResult => ({
  name,
  kind: "http",
  severity: "blocking",
  verdict,
  reason: "r",
  message: "m",
  validator: "v",
});
const now = instant(Date.UTC(2030, 0, 1));

describe("a result of which no more looks are made", () => {
  it("has a time, also when it is an error, which had none while it could still turn", () => {
    expect(concluded(result("a", "error"), now).finishedAt).toBe("2030-01-01T00:00:00.000Z");
    expect(concluded({ ...result("a", "passed"), finishedAt: "before" }, now).finishedAt).toBe("before");
    expect(concluded(result("a", "pending"), now).finishedAt).toBeUndefined();
  });
});

describe("the phase of an ended verification", () => {
  it.each<[readonly Verdict[], string]>([
    [["passed", "passed"], "Passed"],
    [["passed", "failed"], "Failed"],
    [["notRun", "failed"], "Failed"],
    [["passed", "notRun"], "Stopped"],
    [["passed", "error"], "Error"],
    [["passed", "inconclusive"], "Inconclusive"],
    [["passed", "notApplicable"], "Passed"],
    [["notApplicable", "notApplicable"], "Reserved"],
    [["failed", "notApplicable"], "Failed"],
  ])("for %s is %s", (verdicts, phase) => {
    const checks = verdicts.map((_, i) => check(`c${i}`));
    expect(
      finalPhase(
        checks,
        verdicts.map((verdict, i) => result(`c${i}`, verdict)),
      ),
    ).toBe(phase);
  });

  it("is only reserved by what is minor or advisory, whatever its verdict", () => {
    for (const verdict of ["failed", "error", "inconclusive", "notRun"] as const) {
      expect(
        finalPhase(
          [check("a"), check("b", { severity: "minor" })],
          [result("a", "passed"), result("b", verdict)],
        ),
      ).toBe("Reserved");
      expect(
        finalPhase(
          [check("a"), check("b", { advisory: true })],
          [result("a", "passed"), result("b", verdict)],
        ),
      ).toBe("Reserved");
    }
  });

  it("shows a pending check as not run, and leaves what has concluded", () => {
    expect(stopEarly(result("a", "pending"), now, "why")).toMatchObject({
      verdict: "notRun",
      reason: "StoppedEarly",
      message: "why",
    });
    expect(stopEarly(result("a", "passed"), now, "why").verdict).toBe("passed");
  });

  it("keeps the time of a condition that did not change", () => {
    const first = conditionsOf("Running", "m", now, { generation: 1, conditions: [] });
    const later = conditionsOf("Failed", "m", instant(now + 1_000), { generation: 1, conditions: first });
    const time = (type: string) => later.find((condition) => condition.type === type)?.lastTransitionTime;
    expect(time("Ready")).toBe(new Date(now).toISOString());
    expect(time("Stalled")).toBe(new Date(now + 1_000).toISOString());
    expect(later.find(({ type }) => type === "Finished")?.status).toBe("True");
  });
});

describe("a mask", () => {
  it.each([
    ["Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
    ["set-cookie: sid=abc123def", "abc123def"],
    ['{"password": "hunter22", "a": 1}', "hunter22"],
    ['{"password": "a\\"hunter22", "a": 1}', "hunter22"],
    ["token=s3cr3t-value&x=1", "s3cr3t-value"],
    ["got Bearer abcdef0123456789", "abcdef0123456789"],
    ["postgres://app:pw12345@db/x", "pw12345"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJzdWIiOiIxIn0"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"],
  ])("hides the secret of %s", (text, secret) => void expect(maskSecrets(text)).not.toContain(secret));

  // Quadratic, these take minutes.
  it.each(["x.", "a-", "eyJa-", "a://", "token=", "basic ", "-----BEGIN A "])(
    "reads a long answer made of %j in time that grows with its length",
    (part) => {
      const text = part.repeat(400_000 / part.length);
      expect(cpuTime(() => maskSecrets(text))).toBeLessThan(10_000);
    },
  );

  it("hides values that are known to be secret, and leaves the rest", () => {
    expect(maskSecrets("echo: my-own-value; status 200", ["my-own-value"])).toBe("echo: ***; status 200");
  });

  const SECRET = 'my "own" + välue\\end of it?>';
  const uri = encodeURIComponent(SECRET);
  it.each<readonly [string, string]>([
    ["JSON", JSON.stringify({ key: SECRET })],
    ["JSON in a member of JSON", JSON.stringify({ body: JSON.stringify({ key: SECRET }) })],
    ["an address", `https://other.example/?key=${uri}&next=1`],
    ["a form", `key=${uri.replaceAll("%20", "+")}`],
    ...["", "u", "us", "usr"].flatMap((user) =>
      (["base64", "base64url"] as const).map(
        (form) => [`${form} after "${user}"`, Buffer.from(`${user}${SECRET}`).toString(form)] as const,
      ),
    ),
  ])("hides a value that is known to be secret in %s", (_, text) => {
    const masked = maskSecrets(text, [SECRET]);
    expect(masked).toContain("***");
    // Of Base64 the groups that it shares with what stands beside it may stay.
    expect(masked.length).toBeLessThan(text.length - SECRET.length + 8);
  });
});
