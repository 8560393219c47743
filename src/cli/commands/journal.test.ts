import { describe, expect, it } from "vitest";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import { runningRelease } from "../../../test/api/cli/support/objects.ts";
import type { Journal, Release, Transition } from "../../api/release.ts";
import { instant } from "../../base/instant.ts";
import { appendJournal } from "../../core/plan/journal.ts";
import { renderSegment } from "../../core/record/segment.ts";
import { EXIT } from "../exit-codes.ts";

const bench = memoryBench();

function journalOf(release: Release): Journal {
  if (release.status?.journal === undefined) throw new Error("no journal");
  return release.status.journal;
}

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
    const journal = journalOf(release);
    const entries = journal.entries.map((e, i) =>
      i === 0 ? { ...e, [member]: "2026-05-01T09:00:00.000Z" } : e,
    );
    bench.api.put({ ...release, status: { ...release.status, journal: { ...journal, entries } } });
    const ran = await bench.run("journal shop-1 -o json");
    expect(ran.exit).toBe(EXIT.error);
    expect(JSON.parse(ran.out)).toMatchObject({ whole: false, count: 2 });
    expect(ran.err).toContain(
      "the journal of release shop-1 is broken: entry 1 in status does not fit the one before it",
    );
  });

  it("says that a release has no journal yet", async () => {
    bench.api.put({ ...runningRelease("shop-1", "Pending"), status: { observedGeneration: 1 } });
    expect(await bench.run("journal shop-1")).toEqual({
      exit: EXIT.ok,
      out: "release shop-1 has no journal yet\n",
      err: "",
    });
  });
});

describe("journal of a release with segments", () => {
  const uid = "uid-of-shop-1";
  /** Five entries: two in each of two ConfigMaps, one in the status. */
  function put(): readonly Transition[] {
    let release: Release = runningRelease("shop-1", "Shifting");
    for (const [n, reason] of ["Third", "Fourth", "Fifth"].entries()) {
      const status = release.status ?? { observedGeneration: 1 };
      release = {
        ...release,
        status: appendJournal(status, { from: "a", to: "b", reason, message: "because" }, instant(n)),
      };
    }
    const journal = journalOf(release);
    const cut = { ...journal, entries: journal.entries.slice(4), stored: 4 };
    bench.api.put({ ...release, status: { ...release.status, journal: cut } } as never);
    for (const offset of [0, 2]) bench.api.put(segment(offset, journal.entries.slice(offset, offset + 2)));
    return journal.entries;
  }
  const segment = (offset: number, entries: readonly Transition[]) =>
    renderSegment(
      { key: "k", namespace: "ns", plan: "shop", release: { name: "shop-1", uid }, offset, entries },
      `shop-1-journal-${offset}`,
    );

  it("joins them with the status, and names them", async () => {
    const entries = put();
    const table = await bench.run("journal shop-1");
    expect(table.exit).toBe(EXIT.ok);
    expect(table.out).toMatch(/Started.*StepPassed.*Third.*Fourth.*Fifth/s);
    expect(table.out).toContain(
      "5 entries, the older ones in shop-1-journal-0, shop-1-journal-2; head sha256:",
    );
    const json = await bench.run("journal shop-1 -o json");
    expect(JSON.parse(json.out)).toMatchObject({
      release: "shop-1",
      whole: true,
      problems: [],
      count: 5,
      segments: ["shop-1-journal-0", "shop-1-journal-2"],
      entries,
    });
    const [list] = bench.api.requests.filter((r) => r.path.endsWith("/configmaps"));
    expect(list?.query.get("labelSelector")).toContain("bascule.dev/release=shop-1");
  });

  it("ends with 1 and names the entries when a segment is missing", async () => {
    put();
    bench.api.remove("ConfigMap", "shop-1-journal-0");
    const ran = await bench.run("journal shop-1");
    expect(ran.exit).toBe(EXIT.error);
    expect(ran.err).toBe(
      "bascule: the journal of release shop-1 is broken: missing: entries 1 to 2; no ConfigMap of this release holds them\n",
    );
    expect(ran.out).toContain("3 entries, the older ones in shop-1-journal-2, 2 are not there");
  });

  it("ends with 1 and names the entry when a segment was made anew with another text", async () => {
    const [, , third, fourth] = put();
    bench.api.put(segment(2, [{ ...third, by: "nobody" } as Transition, fourth as Transition]));
    const ran = await bench.run("journal shop-1");
    expect(ran.exit).toBe(EXIT.error);
    expect(ran.err).toContain("entry 3 in ConfigMap shop-1-journal-2 does not fit the one before it");
  });

  it("tells who may not list ConfigMaps which role allows it", async () => {
    put();
    bench.api.refuse = ({ path }) =>
      path.endsWith("/configmaps")
        ? { code: 403, status: { reason: "Forbidden", message: "configmaps is forbidden" } }
        : undefined;
    const ran = await bench.run("journal shop-1");
    expect(ran).toMatchObject({ exit: EXIT.error, out: "" });
    expect(ran.err).toContain("bascule-journal-reader");
  });
});
