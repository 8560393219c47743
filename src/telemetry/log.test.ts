import { describe, expect, it } from "vitest";
import { makeLog } from "./log.ts";

const logged = (fields: Record<string, unknown>, message = "something happened"): string => {
  const lines: string[] = [];
  makeLog("info", { write: (line) => void lines.push(line) }).error(fields, message);
  expect(lines.length).toBe(1);
  return lines[0] ?? "";
};

describe("a log line", () => {
  it("is JSON with level, time and message, and without process details", () => {
    const line = JSON.parse(logged({ plan: "ns/shop", n: 3 })) as Record<string, unknown>;
    expect(line).toMatchObject({ level: "error", msg: "something happened", plan: "ns/shop", n: 3 });
    expect(Date.parse(String(line.time))).not.toBeNaN();
    expect(line).not.toHaveProperty("pid");
    expect(line).not.toHaveProperty("hostname");
  });

  it("below the level is none", () => {
    const lines: string[] = [];
    const log = makeLog("warn", { write: (line) => void lines.push(line) });
    log.debug({}, "a");
    log.info({}, "b");
    log.warn({}, "c");
    expect(lines.length).toBe(1);
  });

  it.each([
    { token: "hunter2" },
    { accessToken: "hunter2" },
    { PULUMI_CONFIG_PASSPHRASE: "hunter2" },
    { headers: { Authorization: "hunter2" } },
    { a: { b: { c: { apiKey: "hunter2" } } } },
    { list: [{ password: "hunter2" }] },
    { text: "Authorization: Bearer hunter2hunter2" },
    { url: "https://admin:hunter2@prometheus:9090/x" },
    { secret: { nested: "hunter2" } },
    { err: Object.assign(new Error("failed"), { config: { headers: { authorization: "hunter2" } } }) },
    { err: new Error("failed", { cause: new Error("at https://u:hunter2@host/") }) },
  ])("holds no secret of %j", (fields) => {
    const line = logged(fields);
    expect(line).not.toContain("hunter2");
    expect(line).toContain("something happened");
  });

  it("holds no JSON web token, wherever it stands", () => {
    const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
    expect(logged({ reason: `refused ${jwt} today` })).not.toContain("eyJ");
  });

  it("keeps what is no secret: names of Secrets and of keys, and an error's kind, code and cause", () => {
    const err = Object.assign(new Error("no way", { cause: new Error("deeper") }), {
      kind: "forbidden",
      code: 403,
    });
    const line = JSON.parse(logged({ secretName: "state", err })) as Record<string, unknown>;
    expect(line).toMatchObject({
      secretName: "state",
      err: { type: "Error", message: "no way", kind: "forbidden", code: 403, cause: { message: "deeper" } },
    });
  });

  it("stays small and ends, whatever is given", () => {
    const loop: Record<string, unknown> = { big: "x".repeat(100_000), list: Array(10_000).fill(1), n: 1n };
    loop.self = loop;
    expect(logged(loop).length).toBeLessThan(60_000);
  });
});
