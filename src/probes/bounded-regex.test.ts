import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { milliseconds } from "../base/duration.ts";
import { findBounded, testBounded } from "./bounded-regex.ts";

describe("a bounded regular expression", () => {
  it("matches, does not match, and tells what is none", () => {
    expect(testBounded("^o.$", "ok")).toBe("match");
    expect(testBounded("^o.$", "not ok")).toBe("noMatch");
    expect(testBounded("(", "ok")).toBe("invalid");
  });

  it("gives up on one that would take years", () => {
    const started = performance.now();
    expect(testBounded("^(a+)+$", `${"a".repeat(60)}b`, milliseconds(50))).toBe("tooSlow");
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("keeps nothing of one test for the next", () => {
    expect(testBounded("secret", "a secret")).toBe("match");
    expect(testBounded("secret", "nothing")).toBe("noMatch");
  });
});

it("a match is not too slow because its process was not let run", async () => {
  const module = new URL("./bounded-regex.ts", import.meta.url).href;
  const code = `
    const { testBounded } = await import(${JSON.stringify(module)});
    const seen = {};
    process.send("ready");
    const end = performance.now() + 3_000;
    while (performance.now() < end) {
      const match = testBounded("^o", "ok", 20);
      seen[match] = (seen[match] ?? 0) + 1;
    }
    process.send(Object.keys(seen));
    process.disconnect();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await once(child, "message");
  const answered = once(child, "message");
  const stops = setInterval(() => {
    child.kill("SIGSTOP");
    setTimeout(() => child.kill("SIGCONT"), 50);
  }, 100);
  try {
    expect((await answered)[0]).toEqual(["match"]);
  } finally {
    clearInterval(stops);
    child.kill("SIGCONT");
    child.kill("SIGKILL");
  }
});

describe("a bounded regular expression over lines", () => {
  it("finds the first line that it matches", () => {
    expect(findBounded("^b", ["a", "ab", "b", "bb"])).toBe(2);
    expect(findBounded("^c", ["a", "b"])).toBeUndefined();
    expect(findBounded("(", ["a"])).toBe("invalid");
  });

  it("gives up on lines that would take years", () => {
    expect(findBounded("^(a+)+$", [`${"a".repeat(60)}b`], milliseconds(50))).toBe("tooSlow");
  });
});
