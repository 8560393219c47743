import { describe, expect, it } from "vitest";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import { aPlan, aRelease, ended, runningRelease } from "../../../test/api/cli/support/objects.ts";
import { EXIT } from "../exit-codes.ts";

const bench = memoryBench();

describe("status", () => {
  const live = {
    liveSlot: "blue",
    activeRelease: "shop-1",
    slots: { blue: { release: "shop-0", version: "1.3.0" } },
    conditions: [{ type: "Ready", status: "True", reason: "Serving", message: "blue serves" }],
  };

  it("lists plans with what is live and what is in progress", async () => {
    bench.api.put(aPlan("shop", live));
    bench.api.put(runningRelease("shop-1", "Shifting"));
    const { out } = await bench.run("status");
    expect(out.split("\n")[1]?.split(/\s+/)).toEqual([
      "shop",
      "blue",
      "1.3.0",
      "True",
      "shop-1",
      "Shifting",
      "weight-5",
      "5%",
      "-",
      "-",
    ]);
  });

  it("shows a plan with its slots, the release in progress and the ones before", async () => {
    bench.api.put(aPlan("shop", live));
    bench.api.put(ended(runningRelease("shop-0", "Shifting"), "Completed", "blue is live"));
    bench.api.put(runningRelease("shop-1", "Shifting"));
    bench.api.put({ ...aRelease("other"), spec: { ...aRelease("other").spec, planRef: { name: "else" } } });
    const { out } = await bench.run("status shop");
    expect(out).toMatch(/blue +live +1\.3\.0 {2}\(shop-0\)/);
    expect(out).toMatch(/green +candidate +1\.4\.0 {2}\(shop-1\), 5% of the traffic/);
    expect(out).toMatch(/step +weight-5 \(3 of 5\), verifying/);
    expect(out).toMatch(/shop-0 +shop +1\.4\.0 +Completed/);
    expect(out).not.toContain("other");
  });

  it("finds a release by its bare name when no plan has it, and by its kind", async () => {
    bench.api.put(aPlan("same"));
    bench.api.put(aRelease("same"));
    bench.api.put(aRelease("alone"));
    expect((await bench.run("status alone")).out).toContain("Release alone");
    expect((await bench.run("get same")).out).toContain("ReleasePlan same");
    expect((await bench.run("status release/same")).out).toContain("Release same");
    expect((await bench.run("status pod/same")).exit).toBe(EXIT.usage);
    expect((await bench.run("status ..")).exit).toBe(EXIT.usage);
    expect((await bench.run("status nobody")).exit).toBe(EXIT.error);
  });

  it("prints objects as they are with -o json and -o yaml, with absolute times", async () => {
    bench.api.put(aPlan("shop", live));
    bench.api.put(runningRelease("shop-1", "Shifting"));
    const list = JSON.parse((await bench.run("status -o json")).out) as { items: { kind: string }[] };
    expect(list.items.map((i) => i.kind)).toEqual(["ReleasePlan", "Release"]);
    const { out } = await bench.run("-o yaml status shop-1");
    expect(out).toContain("startedAt: 2026-05-01T10:00:00.000Z");
  });

  it("does not let the text of an object steer the terminal", async () => {
    bench.api.put(
      runningRelease("shop-1", "Shifting", { message: "calm\u001b]0;owned\u0007\u001b[2J\nsecond line" }),
    );
    const { out } = await bench.run("status shop-1", { tty: true });
    expect(out).not.toContain("\u001b]");
    expect(out).not.toContain("\u001b[2J");
    expect(out).not.toContain("\u0007");
    expect(out).toContain("second line");
  });

  it("uses colour on a terminal only, and not with NO_COLOR or --no-color", async () => {
    bench.api.put(runningRelease("shop-1", "Shifting"));
    const coloured = (out: string): boolean => out.includes("\u001b[");
    expect(coloured((await bench.run("status shop-1", { tty: true })).out)).toBe(true);
    expect(coloured((await bench.run("status shop-1")).out)).toBe(false);
    expect(coloured((await bench.run("status shop-1", { tty: true, env: { NO_COLOR: "1" } })).out)).toBe(
      false,
    );
    expect(coloured((await bench.run("--no-color status shop-1", { tty: true })).out)).toBe(false);
    expect(coloured((await bench.run("status shop-1 --no-color", { tty: true })).out)).toBe(false);
  });
});
