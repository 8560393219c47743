import type { ReleaseStatus, Transition } from "../../api/release.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";
import { digestOf } from "../../base/json.ts";

/** Entries kept in the status; the chain's head and count speak for the older ones. */
export const JOURNAL_LENGTH = 100;

export type JournalEntry = Omit<Transition, "at" | "hash">;

/** Appends an entry whose hash covers the entry and the hash before it. */
export function appendJournal(status: ReleaseStatus, entry: JournalEntry, now: Instant): ReleaseStatus {
  const head = status.journal?.head ?? "";
  const dated = { ...entry, at: renderInstant(now) };
  const hash = digestOf({ previous: head, ...dated });
  const entries = [...(status.journal?.entries ?? []), { ...dated, hash }].slice(-JOURNAL_LENGTH);
  return { ...status, journal: { head: hash, count: (status.journal?.count ?? 0) + 1, entries } };
}

/** Whether every entry's hash fits the one before it. The first kept entry's predecessor may have been cut. */
export function journalIsWhole(journal: NonNullable<ReleaseStatus["journal"]>): boolean {
  let previous: string | undefined = journal.count === journal.entries.length ? "" : undefined;
  for (const { hash, ...entry } of journal.entries) {
    if (previous !== undefined && digestOf({ previous, ...entry }) !== hash) return false;
    previous = hash;
  }
  return previous === undefined || previous === journal.head || journal.entries.length === 0;
}
