import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Journal, ReleaseStatus } from "../../api/release.ts";
import { instant } from "../../base/instant.ts";
import { JOURNAL_BOUNDS } from "../record/bounds.ts";
import { appendJournal, journalIsWhole } from "./journal.ts";

const written = (messages: readonly string[]): Journal => {
  const status = messages.reduce<ReleaseStatus>(
    (s, message, i) =>
      appendJournal(s, { from: "a", to: "b", reason: "Because", message }, instant(i * 1_000)),
    { observedGeneration: 1 },
  );
  if (status.journal === undefined) throw new Error("no journal");
  return status.journal;
};

const { mostKept, mostBytes } = JOURNAL_BOUNDS;
const messages = fc.array(fc.string(), { minLength: 2, maxLength: 2 * mostKept });

describe("the journal", () => {
  it("is whole as it was written, keeps no more entries than it may even if nobody stores them, and counts all", () => {
    fc.assert(
      fc.property(messages, (list) => {
        const journal = written(list);
        expect(journalIsWhole(journal)).toBe(true);
        expect(journal.count).toBe(list.length);
        expect(journal.entries.length).toBe(Math.min(list.length, mostKept));
        expect(journal.entries.at(-1)?.message).toBe(list.at(-1));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ["Latin letters", "x"],
    ["accents", "é"],
    ["Chinese", "转"],
    ["pictures", "🚦"],
  ])("takes no more bytes than it may when messages are as long as they can be, in %s", (_what, letter) => {
    const long = letter.repeat(2_048 / letter.length);
    const journal = written(Array.from({ length: 80 }, () => long));
    // Beside the entries stand the head and the count.
    expect(Buffer.byteLength(JSON.stringify(journal))).toBeLessThanOrEqual(mostBytes + 1_024);
    expect(journalIsWhole(journal)).toBe(true);
  });

  it("shows a changed, a dropped and a swapped entry", () => {
    const journal = written(["one", "two", "three", "four"]);
    const [a, b, c, d] = journal.entries as [never, never, never, never];
    const changed = { ...(b as object), message: "2" } as never;
    expect(journalIsWhole({ ...journal, entries: [a, changed, c, d] })).toBe(false);
    expect(journalIsWhole({ ...journal, entries: [a, c, d] })).toBe(false);
    expect(journalIsWhole({ ...journal, entries: [a, c, b, d] })).toBe(false);
    expect(journalIsWhole({ ...journal, entries: [a, b, c] })).toBe(false);
  });
});
