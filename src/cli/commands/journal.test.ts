import { describe, expect, it } from "vitest";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import { runningRelease } from "../../../test/api/cli/support/objects.ts";
import { EXIT } from "../exit-codes.ts";

const bench = memoryBench();

describe("journal", () => {
  it("prints the entries and is content with a whole chain", async () => {
    bench.api.put(runningRelease("shop-1", "Shifting"));
    const ran = await bench.run("journal shop-1");
    expect(ran.exit).toBe(EXIT.ok);
    expect(ran.out).toMatch(
      /2026-05-01T10:01:15\.000Z +\+1m15s +Preparing\/verify +Shifting\/weight-5 +StepPassed/,
    );
    expect((await bench.run("logs shop-1")).out).toBe(ran.out);
  });

  it.each(["message", "by", "at"])("ends with 1 when the %s of an entry was changed", async (member) => {
    const release = runningRelease("shop-1", "Shifting");
    const journal = release.status?.journal;
    if (journal === undefined) throw new Error("no journal");
    const entries = journal.entries.map((e, i) =>
      i === 0 ? { ...e, [member]: "2026-05-01T09:00:00.000Z" } : e,
    );
    bench.api.put({ ...release, status: { ...release.status, journal: { ...journal, entries } } });
    const ran = await bench.run("journal shop-1 -o json");
    expect(ran.exit).toBe(EXIT.error);
    expect(JSON.parse(ran.out)).toMatchObject({ whole: false, count: 2 });
    expect(ran.err).toContain("is broken");
  });
});
