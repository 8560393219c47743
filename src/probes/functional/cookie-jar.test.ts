import { describe, expect, it } from "vitest";
import { CookieJar, cookiesOf } from "./cookie-jar.ts";

const set = (...lines: readonly string[]) => cookiesOf({ "set-cookie": [...lines] }, 0);

describe("a cookie jar", () => {
  it("reads what answers set, and takes nothing else for a cookie", () => {
    expect(set("a=1; Path=/", "b=x=y", "=2", "none", " c = 3 ", "")).toEqual([
      { name: "a", value: "1", expired: false },
      { name: "b", value: "x=y", expired: false },
      { name: "c", value: "3", expired: false },
    ]);
    expect(cookiesOf({ "set-cookie": "a=1" }, 0)).toHaveLength(1);
    expect(cookiesOf({}, 0)).toEqual([]);
  });

  it.each([
    ["a=; Max-Age=0", true],
    ["a=; max-age=-1", true],
    ["a=1; Max-Age=60", false],
    ["a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", true],
    ["a=1; expires=Fri, 01 Jan 2100 00:00:00 GMT", false],
    ["a=1; expires=whenever", false],
  ])("knows whether %s is taken back", (line, expired) => {
    expect(cookiesOf({ "set-cookie": line }, Date.parse("2026-01-01"))[0]?.expired).toBe(expired);
  });

  it("sends a host its own, newest value, and forgets what is taken back", () => {
    const jar = new CookieJar();
    jar.keep("http://a", set("x=1", "y=2"));
    jar.keep("http://a", set("x=3"));
    jar.keep("http://b", set("z=4"));
    expect(jar.headerFor("http://a")).toBe("x=3; y=2");
    expect(jar.headerFor("http://b")).toBe("z=4");
    expect(jar.headerFor("http://c")).toBeUndefined();
    jar.keep("http://b", set("z=; Max-Age=0"));
    expect(jar.headerFor("http://b")).toBeUndefined();
  });

  it("is bounded, however much an answer sets", () => {
    const jar = new CookieJar();
    for (let i = 0; i < 10; i++)
      jar.keep("http://a", set(...Array.from({ length: 100 }, (_, n) => `c${i}-${n}=${"v".repeat(50)}`)));
    expect(jar.values).toHaveLength(50);
    expect(set(`a=${"x".repeat(5_000)}`)).toEqual([]);
  });
});
