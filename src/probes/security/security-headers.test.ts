import { describe, expect, it } from "vitest";
import { check as checkSchema } from "../../api/check.ts";
import { milliseconds } from "../../base/duration.ts";
import { validateCheck } from "../../core/gate/validate-check.ts";
import { assessHeaders } from "./security-headers.ts";

const GOOD = {
  "content-type": "text/html",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
};
const parse = (headers: object) => checkSchema.parse({ name: "headers", headers });
const assess = (
  answer: Readonly<Record<string, string | string[] | undefined>>,
  check: object = {},
  secure = false,
) => {
  const { headers } = parse(check);
  if (headers === undefined) throw new Error("no check");
  return assessHeaders(headers, { status: 200, headers: answer, body: "", took: milliseconds(1) }, secure);
};

describe("the security headers of an answer", () => {
  it("are good as a careful service sends them", () => {
    expect(assess(GOOD)).toMatchObject({ good: true, reason: "HeadersAsRequired" });
    const secure = {
      ...GOOD,
      "strict-transport-security": "max-age=31536000; includeSubDomains",
      server: "shop",
    };
    expect(assess(secure, {}, true)).toMatchObject({ good: true });
  });

  it.each<[string, object, boolean, string, string]>([
    ["nosniff", { "x-content-type-options": undefined }, false, "MissingHeader", "x-content-type-options"],
    ["a policy", { "content-security-policy": undefined }, false, "MissingHeader", "content-security-policy"],
    [
      "a frame's limit",
      { "content-security-policy": "default-src 'self'" },
      false,
      "MissingHeader",
      "frame-ancestors",
    ],
    ["transport security", {}, true, "MissingHeader", "strict-transport-security"],
    [
      "a long time of it",
      { "strict-transport-security": "max-age=86400" },
      true,
      "WrongHeader",
      "strict-transport",
    ],
    ["a server without version", { server: "nginx/1.25.3" }, false, "ForbiddenHeader", "nginx/1.25.3"],
    ["silence about the framework", { "x-powered-by": "Express" }, false, "ForbiddenHeader", "x-powered-by"],
    [
      "Secure",
      { "set-cookie": ["sid=1; HttpOnly; SameSite=Lax"] },
      false,
      "WeakCookie",
      "the cookie sid lacks Secure",
    ],
    ["HttpOnly", { "set-cookie": "sid=1; Secure; SameSite=Lax" }, false, "WeakCookie", "lacks HttpOnly"],
    [
      "SameSite",
      { "set-cookie": ["a=1; secure; httponly; samesite=NONE"] },
      false,
      "WeakCookie",
      "SameSite=Strict or Lax",
    ],
  ])("lack %s", (_, more, secure, reason, told) => {
    expect(assess({ ...GOOD, ...more }, {}, secure)).toMatchObject({
      good: false,
      reason,
      message: expect.stringContaining(told),
    });
  });

  it("of data need no policy, and an older header keeps frames away as well", () => {
    expect(assess({ "content-type": "application/json", "x-content-type-options": "NoSniff" })).toMatchObject(
      {
        good: true,
      },
    );
    const older = {
      ...GOOD,
      "content-security-policy": "default-src 'self'",
      "x-frame-options": "SAMEORIGIN",
    };
    expect(assess(older)).toMatchObject({ good: true });
  });

  it("tell no value of a cookie, and leave alone those that are excepted or taken back", () => {
    const found = assess({ ...GOOD, "set-cookie": "sid=s3cr3t-value" });
    expect(found.message).not.toContain("s3cr3t-value");
    const cookies = { except: ["csrf"] };
    expect(assess({ ...GOOD, "set-cookie": ["csrf=1", "old=; Max-Age=0"] }, { cookies })).toMatchObject({
      good: true,
    });
  });

  it("are those that the check asks for, and no others without the defaults", () => {
    const none = { defaults: false, cookies: { secure: false, httpOnly: false, sameSite: [] } };
    const answer = { server: "nginx/1", "set-cookie": "a=1", "x-a": "1" };
    expect(assess(answer, { ...none, require: { "X-A": "^1$" } })).toMatchObject({ good: true });
    expect(assess(answer, { ...none, require: { "X-A": "^2$" } })).toMatchObject({ reason: "WrongHeader" });
    expect(assess(answer, { ...none, forbid: { "X-A": "^1$" } })).toMatchObject({
      reason: "ForbiddenHeader",
    });
    expect(assess(answer, { ...none, forbid: { "X-A": "^(1+)+$|y" } })).toMatchObject({
      reason: "ForbiddenHeader",
    });
    expect(assess(GOOD, { require: { "Content-Security-Policy": "script-src" } })).toMatchObject({
      reason: "WrongHeader",
    });
  });

  it("of another status tell nothing", () => {
    expect(assess(GOOD, { status: [302] })).toMatchObject({ good: false, reason: "WrongStatus" });
  });

  it("are refused as a check that asks for nothing, or by what is no expression", () => {
    const problems = (headers: object) => {
      const validated = validateCheck(parse(headers));
      return validated.ok ? [] : validated.error.map(({ path }) => path);
    };
    const cookies = { secure: false, httpOnly: false, sameSite: [] };
    expect(problems({ defaults: false, cookies })).toEqual(["headers"]);
    expect(problems({ require: { "X-A": "(" } })).toEqual(["headers.require.X-A"]);
    expect(problems({})).toEqual([]);
  });
});
