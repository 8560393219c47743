import { beforeEach, describe, expect, it } from "vitest";
import type { Journal, ReleaseStatus, Transition } from "../../api/release.ts";
import { instant } from "../../base/instant.ts";
import { canonicalJson } from "../../base/json.ts";
import { appendJournal } from "../plan/journal.ts";
import { renderSegment, type SegmentObject } from "./segment.ts";
import { verifyJournal } from "./verify.ts";

const UID = "uid-of-one";

function entriesOf(count: number): readonly Transition[] {
  let status: ReleaseStatus = { observedGeneration: 1 };
  for (let i = 1; i <= count; i++)
    status = appendJournal(status, { from: `s${i - 1}`, to: `s${i}`, reason: "Because" }, instant(i * 1_000));
  return status.journal?.entries ?? [];
}

const ALL = entriesOf(12);
const object = (
  offset: number,
  entries: readonly Transition[],
  name = `one-journal-${offset}`,
): SegmentObject =>
  renderSegment(
    { key: "k", namespace: "ns", plan: "shop", release: { name: "one", uid: UID }, offset, entries },
    name,
  );

describe("a journal of three segments and four entries in the status", () => {
  let journal: Journal;
  let objects: SegmentObject[];
  beforeEach(() => {
    journal = { head: ALL.at(-1)?.hash ?? "", count: 12, entries: ALL.slice(8), stored: 8 };
    objects = [object(0, ALL.slice(0, 3)), object(3, ALL.slice(3, 6)), object(6, ALL.slice(6, 8))];
  });
  const verify = () => verifyJournal(journal, UID, objects);
  /** Puts other entries into a segment, as somebody may who makes it anew. */
  const rewrite = (at: number, change: (entries: Transition[]) => readonly Transition[]): void => {
    const before = objects[at] as SegmentObject;
    const lines = change(
      (before.data?.entries ?? "")
        .trim()
        .split("\n")
        .map((l) => JSON.parse(l) as Transition),
    );
    const entries = lines.map((e) => `${canonicalJson(e)}\n`).join("");
    objects[at] = { ...before, data: { ...before.data, entries } };
  };

  it("is whole, in whatever order the segments come", () => {
    objects.reverse();
    expect(verify()).toEqual({
      entries: ALL,
      segments: ["one-journal-0", "one-journal-3", "one-journal-6"],
      problems: [],
    });
  });

  it("takes what was stored and not yet cut off from the status, once", () => {
    journal = { ...journal, entries: ALL.slice(6), stored: 6 };
    expect(verify()).toMatchObject({ entries: ALL, problems: [], segments: { length: 2 } });
  });

  it("takes the one that fits where two begin at the same entry", () => {
    const other = ALL.slice(3, 6).map((e) => ({ ...e, reason: "Other" }));
    objects.unshift(object(3, other, "one-journal-3-x"));
    expect(verify()).toMatchObject({ entries: ALL, problems: [] });
  });

  it("does not count what is another release's, or no segment at all", () => {
    const strange = { ...object(3, ALL.slice(0, 3)), data: { offset: "3", entries: "{}\n" } };
    const others = renderSegment(
      {
        key: "k",
        namespace: "ns",
        plan: "shop",
        release: { name: "one", uid: "other" },
        offset: 3,
        entries: ALL,
      },
      "x",
    );
    objects.push(strange, others);
    expect(verify().problems).toEqual([]);
    objects = [others];
    expect(verify().problems[0]).toBe("missing: entries 1 to 8; no ConfigMap of this release holds them");
  });

  it("names a segment that is missing, and still shows the others", () => {
    objects.splice(1, 1);
    const { problems, entries } = verify();
    expect(problems).toEqual(["missing: entries 4 to 6; no ConfigMap of this release holds them"]);
    expect(entries.map((e) => e.to)).toEqual(["s1", "s2", "s3", "s7", "s8", "s9", "s10", "s11", "s12"]);
  });

  it("names the entry that was changed, and where it is", () => {
    rewrite(1, ([a, b, c]) => [a, { ...b, message: "never mind" }, c] as Transition[]);
    expect(verify().problems).toEqual([
      "entry 5 in ConfigMap one-journal-3 does not fit the one before it: one of them was changed",
    ]);
  });

  it.each([
    ["dropped", (e: Transition[]) => [e[0], e[2]] as Transition[]],
    ["swapped", (e: Transition[]) => [e[1], e[0], e[2]] as Transition[]],
    ["doubled", (e: Transition[]) => [e[0], e[0], e[1], e[2]] as Transition[]],
    ["left out at the end", (e: Transition[]) => e.slice(0, 2)],
  ])("is broken when an entry of a segment is %s", (_what, change) => {
    rewrite(1, change);
    expect(verify().problems.length).toBeGreaterThan(0);
  });

  it("is broken when a segment was made anew with a chain of its own", () => {
    objects[0] = object(0, entriesOf(4).slice(1));
    expect(verify().problems.length).toBeGreaterThan(0);
  });

  it("is broken when the head, the count or the number of stored entries is another", () => {
    const whole = journal;
    journal = { ...whole, head: ALL[10]?.hash ?? "" };
    expect(verify().problems).toEqual(["the last entry is not the one that status.journal.head names"]);
    journal = { ...whole, count: 13 };
    expect(verify().problems).toEqual(["not kept: entry 9"]);
    journal = { ...whole, count: 11 };
    expect(verify().problems).toEqual(["status counts 11 entries, but 12 are there"]);
    journal = { ...whole, stored: 6 };
    expect(verify().problems).toEqual(["not kept: entries 7 to 8"]);
  });

  it("is broken when entries were changed in the status", () => {
    const [first, ...rest] = ALL.slice(8);
    journal = { ...journal, entries: [{ ...first, by: "nobody" } as Transition, ...rest] };
    expect(verify().problems).toEqual([
      "entry 9 in status does not fit the one before it: one of them was changed",
    ]);
  });
});

it("a release without a journal has nothing that is broken", () => {
  expect(verifyJournal({ head: "", count: 0, entries: [] }, UID, [])).toEqual({
    entries: [],
    segments: [],
    problems: [],
  });
});
