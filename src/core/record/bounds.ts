import type { Journal, Transition } from "../../api/release.ts";

/** How much of a release's journal is kept, and where. */
export interface JournalBounds {
  /** Entries that stay in the status when a full segment leaves it. */
  readonly kept: number;
  /** Entries of a full segment. */
  readonly segment: number;
  /** Bytes of entries in the status above which a segment leaves it sooner. */
  readonly bytes: number;
  /** Entries, and bytes of them, that the status never exceeds, whatever can't be stored elsewhere. */
  readonly mostKept: number;
  readonly mostBytes: number;
  /** Entries in segments after which none is added. */
  readonly mostStored: number;
}

/** A third of `bytes` is what a segment takes at least where bytes are short; one long entry fits beside `bytes`. */
export const JOURNAL_BOUNDS: JournalBounds = {
  kept: 100,
  segment: 25,
  bytes: 36 * 1_024,
  mostKept: 150,
  mostBytes: 48 * 1_024,
  mostStored: 2_000,
};

/** Members, hash and times of an entry take about so many bytes as JSON. */
const ENTRY_BYTES = 230;

/** About the bytes that an entry takes in a status; counted without rendering it, for this is done in every pass. */
export const bytesOf = (entry: Transition): number =>
  ENTRY_BYTES +
  [entry.from, entry.to, entry.reason, entry.message, entry.by].reduce(
    (sum, text) => sum + (text === undefined ? 0 : utf8Length(text)),
    0,
  );

/** Bytes of a text in UTF-8, where each half of a pair of code units takes two. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}

export const bytesIn = (entries: readonly Transition[]): number =>
  entries.reduce((sum, entry) => sum + bytesOf(entry), 0);

/** Entries that are neither in a segment nor in the status. */
export const lostEntries = ({ count, stored = 0, entries }: Journal): number =>
  count - stored - entries.length;

/** The last entries, at most so many of at most so many bytes together; the very last one stays in any case. */
export function lastWithin(
  entries: readonly Transition[],
  most: number,
  mostBytes: number,
): readonly Transition[] {
  let bytes = bytesIn(entries);
  let from = 0;
  while (from < entries.length - 1 && (entries.length - from > most || bytes > mostBytes))
    bytes -= bytesOf(entries[from++] as Transition);
  return from === 0 ? entries : entries.slice(from);
}
