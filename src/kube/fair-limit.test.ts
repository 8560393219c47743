import { describe, expect, it } from "vitest";
import { turn } from "../../test/support/manual-clock.ts";
import { FairLimit } from "./fair-limit.ts";

describe("a fair limit", () => {
  it("does so much at once, of one group no more than its share, and groups in turns", async () => {
    const limit = new FairLimit(3, 2);
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const start = (group: string, name: string) =>
      limit.run(group, () => {
        begun.push(name);
        return new Promise<string>((resolve) => ends.push(() => resolve(name)));
      });
    const all = [..."12345"].map((n) => start("a", `a${n}`));
    expect(begun).toEqual(["a1", "a2"]);
    const other = [start("b", "b1"), start("b", "b2")];
    expect(begun).toEqual(["a1", "a2", "b1"]);
    ends[0]?.();
    expect(await all[0]).toBe("a1");
    await turn();
    expect(begun.slice(3)).toEqual(["b2"]);
    for (const end of ends) end();
    for (let i = 0; i < 3; i++) {
      await turn();
      for (const end of ends) end();
    }
    expect(await Promise.all([...all, ...other])).toEqual(["a1", "a2", "a3", "a4", "a5", "b1", "b2"]);
  });

  it("goes on after work that failed, and tells its caller", async () => {
    const limit = new FairLimit(1, 1);
    const failing = limit.run("a", () => Promise.reject(new Error("no")));
    const next = limit.run("a", () => Promise.resolve(1));
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe(1);
  });
});
