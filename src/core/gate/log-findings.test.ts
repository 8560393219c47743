import { describe, expect, it } from "vitest";
import { cpuTime } from "../../../test/support/cpu-time.ts";
import { logFindingIn } from "./log-findings.ts";

describe("a line of a log", () => {
  it.each([
    "login with password=hunter22 failed",
    '{"level":"info","token":"a1b2c3d4e5f6"}',
    "GET / Authorization: Bearer abcdef123456",
    "Authorization: Basic YW5hOnNlY3JldDE=",
    "Set-Cookie: sid=abcdef123456; HttpOnly",
    "using postgres://shop:tiger@db/shop",
    "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
    "-----BEGIN RSA PRIVATE KEY-----",
    "api_key: AKIAIOSFODNN7EXAMPLE",
  ])("holds a secret: %s", (line) => {
    expect(logFindingIn(line)).toBe("SecretInLog");
  });

  it.each([
    "invalid token: expired",
    "password: ***",
    "token=<redacted>",
    "secret: [REDACTED]",
    "basic authentication is on",
    "bearer authentication required",
    "password={{db.password}}",
    "3 tokens used, session: closed",
    "GET https://shop.example.com/a@b 200",
    "postgres://shop:***@db/shop",
    "listening at 0.0.0.0:8080",
    "meet me at 10:30:15",
    '{"message":"request done","status":200,"path":"/orders/12"}',
    "fatal: no such file",
  ])("is harmless: %s", (line) => {
    expect(logFindingIn(line)).toBeUndefined();
  });

  it.each([
    "    at serve (/app/server.js:10:5)",
    "    at file:///app/server.ts:12:1",
    "\tat com.example.Shop.main(Shop.java:42)",
    '{"error":"Error: no\\n    at serve (/app/server.js:10:5)"}',
    "   at Shop.Program.Main(String[] args) in /src/Program.cs:line 7",
    "Traceback (most recent call last):",
    "goroutine 1 [running]:",
    "panic: runtime error: index out of range",
    "PHP Fatal error:  Uncaught Exception: x in /var/www/a.php:3",
    "thread 'main' panicked at src/main.rs:4:5:",
  ])("is of a stack trace: %s", (line) => {
    expect(logFindingIn(line)).toBe("StackTrace");
  });

  it("is looked at in time that grows with its length, whatever it holds", () => {
    const look = () => {
      for (const part of ["a", " at ", "token=", ":1:1", "eyJ", "http://a:", "(", "\\n"])
        logFindingIn(part.repeat(8_192 / part.length));
    };
    expect(cpuTime(look)).toBeLessThan(2_000);
  });
});
