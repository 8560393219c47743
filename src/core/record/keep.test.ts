import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Journal, Release, ReleaseStatus } from "../../api/release.ts";
import { seconds } from "../../base/duration.ts";
import { type Instant, instant, plus } from "../../base/instant.ts";
import { appendJournal } from "../plan/journal.ts";
import { JOURNAL_BOUNDS, type JournalBounds, lostEntries } from "./bounds.ts";
import { keepJournal } from "./keep.ts";
import {
  holdsSegment,
  renderSegment,
  type Segment,
  type SegmentObject,
  type SegmentOutcome,
  segmentNames,
} from "./segment.ts";
import { verifyJournal } from "./verify.ts";

const UID = "uid-of-one";
const BOUNDS: JournalBounds = { ...JOURNAL_BOUNDS, kept: 4, segment: 3, mostKept: 12, mostStored: 9 };
const NOW = instant(Date.UTC(2030, 0, 1));

const release: Release = {
  apiVersion: "bascule.dev/v1alpha1",
  kind: "Release",
  metadata: { name: "one", namespace: "ns", uid: UID },
  spec: { planRef: { name: "shop" }, package: { version: "1" } },
};

/** A release, the ConfigMaps beside it, and a controller that may forget everything. */
class Bench {
  status: ReleaseStatus = { observedGeneration: 1 };
  readonly objects = new Map<string, SegmentObject>();
  readonly refused: string[] = [];
  outcome: SegmentOutcome | undefined;
  now: Instant = NOW;
  readonly bounds: JournalBounds;

  constructor(bounds = BOUNDS) {
    this.bounds = bounds;
  }

  get journal(): Journal {
    return this.status.journal ?? { head: "", count: 0, entries: [] };
  }

  append(count: number, message = "because"): this {
    for (let i = 0; i < count; i++) {
      const n = this.journal.count + 1;
      const entry = { from: `s${n - 1}`, to: `s${n}`, reason: "Because", message };
      this.status = appendJournal(this.status, entry, this.now);
    }
    return this;
  }

  decide() {
    const { status, outcome, bounds, now } = this;
    return keepJournal({ release, status, outcome, bounds, now });
  }

  /** One pass, or the part of it that comes before a kill. */
  pass(until: "decided" | "written" | "stored" | "told" = "told"): this {
    const { status, segment } = this.decide();
    if (until === "decided") return this.killed();
    this.status = status;
    if (until === "written" || segment === undefined) return until === "told" ? this : this.killed();
    const outcome = this.#store(segment);
    if (until === "stored") return this.killed();
    this.outcome = outcome;
    return this;
  }

  killed(): this {
    this.outcome = undefined;
    return this;
  }

  /** As the adapter does it, over a map. */
  #store(segment: Segment): SegmentOutcome {
    const { key } = segment;
    const [proper] = segmentNames(segment);
    for (const name of segmentNames(segment)) {
      const there = this.objects.get(name);
      if (there === undefined) this.objects.set(name, renderSegment(segment, name));
      else if (!holdsSegment(there, segment)) continue;
      return name === proper
        ? { key, state: "stored" }
        : { key, state: "stored", foreign: `${proper} is taken` };
    }
    return { key, state: "failed", message: "both names are taken", since: this.now };
  }

  settle(): this {
    for (let i = 0; i < 40; i++) this.pass();
    return this;
  }

  report = () => verifyJournal(this.journal, UID, [...this.objects.values()]);
}

const walked = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `s${i + 1}`);
const foreignObject = (name: string): SegmentObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { mine: "yes" },
});

describe("a journal that outgrows its status", () => {
  it("asks for nothing while it is within its bounds", () => {
    const bench = new Bench().append(6);
    expect(bench.decide()).toEqual({ status: bench.status });
    expect(bench.decide().status).toBe(bench.status);
  });

  it("asks for its oldest entries to be stored, and keeps them until that is done", () => {
    const bench = new Bench().append(7);
    const { segment, status } = bench.decide();
    expect(segment).toMatchObject({
      namespace: "ns",
      plan: "shop",
      release: { name: "one", uid: UID },
      offset: 0,
    });
    expect(segment?.entries.map((e) => e.to)).toEqual(["s1", "s2", "s3"]);
    expect(status.journal?.entries).toHaveLength(7);
    bench.pass().pass();
    expect(bench.journal).toMatchObject({ stored: 3, count: 7 });
    expect(bench.journal.entries.map((e) => e.to)).toEqual(["s4", "s5", "s6", "s7"]);
    expect([...bench.objects.keys()]).toEqual(["one-journal-0"]);
  });

  it("asks for the same segment when entries were added meanwhile, and for another one after it", () => {
    const bench = new Bench().append(7);
    const first = bench.decide().segment;
    expect(bench.append(2).decide().segment).toEqual(first);
    bench.append(1).settle();
    expect([...bench.objects.keys()]).toEqual(["one-journal-0", "one-journal-3"]);
  });

  it("lets entries go sooner when they are long", () => {
    const bench = new Bench({ ...JOURNAL_BOUNDS });
    for (let i = 0; i < 30; i++) bench.append(1, "x".repeat(2_000)).pass().pass();
    const { entries } = bench.journal;
    expect(Buffer.byteLength(JSON.stringify(entries))).toBeLessThan(JOURNAL_BOUNDS.bytes + 1_024);
    expect(bench.report()).toMatchObject({ problems: [], entries: { length: 30 } });
  });

  it("with the product's own bounds keeps the last hundred entries in the status", () => {
    const bench = new Bench({ ...JOURNAL_BOUNDS });
    for (let i = 0; i < 300; i++) bench.append(1).pass().pass();
    expect(bench.journal.entries.length).toBeGreaterThanOrEqual(JOURNAL_BOUNDS.kept);
    expect(bench.journal.entries.length).toBeLessThan(JOURNAL_BOUNDS.kept + JOURNAL_BOUNDS.segment);
    expect(bench.report().entries.map((e) => e.to)).toEqual(walked(300));
  });

  it("stores under another name where its own is taken, overwrites nothing, and says so once and for good", () => {
    const bench = new Bench().append(7);
    const foreign = foreignObject("one-journal-0");
    bench.objects.set("one-journal-0", foreign);
    bench.settle();
    expect(bench.objects.get("one-journal-0")).toBe(foreign);
    expect(bench.objects.size).toBe(2);
    expect(bench.journal).toMatchObject({ stored: 3, problem: { reason: "SegmentForeign" } });
    expect(bench.report()).toMatchObject({ problems: [], entries: { length: 7 } });
    expect(bench.append(3).settle().journal.problem?.reason).toBe("SegmentForeign");
  });

  it("that can't be stored says so, is tried again after a pause, and goes on when it can", () => {
    const bench = new Bench().append(7);
    const names = segmentNames(bench.decide().segment as Segment);
    for (const name of names) bench.objects.set(name, foreignObject(name));
    bench.pass().pass();
    expect(bench.journal).toMatchObject({ problem: { reason: "SegmentFailed" }, entries: { length: 7 } });
    expect(bench.decide()).toMatchObject({ wakeAt: plus(NOW, seconds(10)) });
    expect(bench.decide().segment).toBeUndefined();
    bench.now = plus(NOW, seconds(10));
    expect(bench.decide().segment).toMatchObject({ offset: 0 });
    for (const name of names) bench.objects.delete(name);
    bench.settle();
    expect(bench.journal).toMatchObject({ stored: 3 });
    expect(bench.journal.problem).toBeUndefined();
    expect(bench.report().problems).toEqual([]);
  });

  it("that can never be stored stays within its size, and tells which entries are gone", () => {
    const bench = new Bench().append(7);
    for (const name of segmentNames(bench.decide().segment as Segment))
      bench.objects.set(name, foreignObject(name));
    for (let i = 0; i < 8; i++) bench.append(1).pass();
    expect(bench.journal.entries.length).toBeLessThanOrEqual(BOUNDS.mostKept);
    expect(bench.journal.problem?.reason).toBe("EntriesLost");
    const lost = lostEntries(bench.journal);
    expect(lost).toBeGreaterThan(0);
    expect(bench.report().problems).toEqual([`not kept: entries 1 to ${lost} (EntriesLost)`]);
  });

  it("stores no more than it may, and tells from where on entries are not kept", () => {
    const bench = new Bench();
    for (let i = 0; i < 20; i++) bench.append(1).settle();
    expect(bench.objects.size).toBe(3);
    expect(bench.journal).toMatchObject({ stored: 9, count: 20, problem: { reason: "JournalFull" } });
    expect(bench.journal.entries.map((e) => e.to)).toEqual(["s17", "s18", "s19", "s20"]);
    expect(bench.journal.problem?.message).toContain("entries 10 to 16 are not kept");
    expect(bench.report().problems).toEqual(["not kept: entries 10 to 16 (JournalFull)"]);
  });

  it("of which an earlier version of Bascule has cut entries off stays as bounded as it was", () => {
    const bench = new Bench().append(9);
    bench.status = {
      ...bench.status,
      journal: { ...bench.journal, entries: bench.journal.entries.slice(-4) },
    };
    bench.append(3).settle();
    expect(bench.objects.size).toBe(0);
    expect(bench.journal.entries).toHaveLength(4);
    expect(bench.journal.problem?.reason).toBe("EntriesLost");
  });

  const deeds = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => ({ append: n })) },
      {
        weight: 3,
        arbitrary: fc.constantFrom("decided", "written", "stored", "told").map((until) => ({ until })),
      },
    ),
    { maxLength: 60 },
  );
  const taken = fc.array(
    fc.integer({ min: 0, max: 12 }).map((n) => `one-journal-${3 * n}`),
    { maxLength: 3 },
  );

  it("is whole and has each entry once after any sequence of entries, passes and kills at any point of them", () => {
    const bounds = { ...BOUNDS, mostKept: 1_000, mostStored: 1_000 };
    fc.assert(
      fc.property(deeds, taken, (list, names) => {
        const bench = new Bench(bounds);
        for (const name of names) bench.objects.set(name, foreignObject(name));
        for (const deed of list) {
          if ("append" in deed) bench.append(deed.append);
          else bench.pass(deed.until as "told");
          const report = bench.report();
          expect(report.problems).toEqual([]);
          expect(report.entries.map((e) => e.to)).toEqual(walked(bench.journal.count));
        }
        bench.settle();
        expect(bench.journal.entries.length).toBeLessThan(bounds.kept + bounds.segment);
        expect(bench.report().problems).toEqual([]);
        for (const name of names) expect(bench.objects.get(name)?.data).toEqual({ mine: "yes" });
      }),
      { numRuns: 300 },
    );
  });
});
