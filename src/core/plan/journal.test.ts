import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReleaseStatus } from "../../api/release.ts";
import { instant } from "../../base/instant.ts";
import { appendJournal, JOURNAL_LENGTH, journalIsWhole } from "./journal.ts";

const written = (messages: readonly string[]): NonNullable<ReleaseStatus["journal"]> => {
  const status = messages.reduce<ReleaseStatus>(
    (s, message, i) =>
      appendJournal(s, { from: "a", to: "b", reason: "Because", message }, instant(i * 1_000)),
    { observedGeneration: 1 },
  );
  if (status.journal === undefined) throw new Error("no journal");
  return status.journal;
};

const messages = fc.array(fc.string(), { minLength: 2, maxLength: 2 * JOURNAL_LENGTH });

describe("the journal", () => {
  it("is whole as it was written, keeps the last hundred entries and counts all", () => {
    fc.assert(
      fc.property(messages, (list) => {
        const journal = written(list);
        expect(journalIsWhole(journal)).toBe(true);
        expect(journal.count).toBe(list.length);
        expect(journal.entries.length).toBe(Math.min(list.length, JOURNAL_LENGTH));
        expect(journal.entries.at(-1)?.message).toBe(list.at(-1));
      }),
      { numRuns: 30 },
    );
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
