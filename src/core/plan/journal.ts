import type { Journal, ReleaseStatus, Transition } from "../../api/release.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";
import { JOURNAL_BOUNDS, lastWithin } from "../record/bounds.ts";
import { brokenAt, hashOf } from "../record/chain.ts";

export type JournalEntry = Omit<Transition, "at" | "hash">;

/** Appends an entry whose hash covers the entry and the hash before it. The oldest ones leave elsewhere (`record/keep.ts`). */
export function appendJournal(status: ReleaseStatus, entry: JournalEntry, now: Instant): ReleaseStatus {
  const before: Journal = status.journal ?? { head: "", count: 0, entries: [] };
  const dated = { ...entry, at: renderInstant(now) };
  const hash = hashOf(dated, before.head);
  // A status that nobody tidies stays within its size all the same.
  const { mostKept, mostBytes } = JOURNAL_BOUNDS;
  const entries = lastWithin([...before.entries, { ...dated, hash }], mostKept, mostBytes);
  return { ...status, journal: { ...before, head: hash, count: before.count + 1, entries: [...entries] } };
}

/** Whether the entries that the status keeps fit each other. The first one's predecessor may be elsewhere. */
export function journalIsWhole({ head, count, entries }: Journal): boolean {
  if (entries.length === 0) return true;
  const previous = count === entries.length ? "" : undefined;
  return brokenAt(entries, previous) === -1 && entries.at(-1)?.hash === head;
}
