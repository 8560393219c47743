/** A release's whole journal, put together from its segments and its status, and what speaks against it. */
import type { Journal, Transition } from "../../api/release.ts";
import { lostEntries } from "./bounds.ts";
import { brokenAt } from "./chain.ts";
import { isOwnedBy, readSegment, type SegmentObject } from "./segment.ts";

export interface JournalReport {
  /** All entries that are there, in their order, each once. */
  readonly entries: readonly Transition[];
  /** The ConfigMaps that hold the first of them. */
  readonly segments: readonly string[];
  /** Empty when the journal is whole: every entry is there and as it was written. */
  readonly problems: readonly string[];
}

type Found = NonNullable<ReturnType<typeof readSegment>>;

/** `objects` are ConfigMaps that may be segments of the release; those that are not its own do not count. */
export function verifyJournal(
  journal: Journal,
  uid: string,
  objects: readonly SegmentObject[],
): JournalReport {
  const walk = new Walk();
  const { stored = 0, entries, problem } = journal;
  const own = objects
    .filter((object) => isOwnedBy(object, uid))
    .flatMap((object) => readSegment(object) ?? []);
  const used = walkSegments(walk, own, stored);
  const lost = lostEntries(journal);
  if (lost > 0) {
    const why = problem === undefined ? "" : ` (${problem.reason})`;
    walk.jump(stored + lost, `not kept: ${span(stored, stored + lost)}${why}`);
  }
  if (lost < 0)
    walk.problems.push(`status counts ${journal.count} entries, but ${stored + entries.length} are there`);
  walk.take(entries, "status");
  if (walk.head !== undefined && walk.head !== journal.head)
    walk.problems.push("the last entry is not the one that status.journal.head names");
  return { entries: walk.entries, segments: used.map(({ name }) => name), problems: walk.problems };
}

/** Goes through the stored entries by their offsets; where two segments begin at the same one, the one that fits counts. */
function walkSegments(walk: Walk, all: readonly Found[], stored: number): readonly Found[] {
  const used: Found[] = [];
  while (walk.at < stored) {
    const here = all.filter(
      (segment) => segment.offset === walk.at && walk.at + segment.entries.length <= stored,
    );
    const found = here.find((segment) => brokenAt(segment.entries, walk.head) === -1) ?? here[0];
    if (found === undefined) {
      const next = Math.min(stored, ...all.map((s) => s.offset).filter((offset) => offset > walk.at));
      walk.jump(next, `missing: ${span(walk.at, next)}; no ConfigMap of this release holds them`);
    } else {
      used.push(found);
      walk.take(found.entries, `ConfigMap ${found.name}`);
    }
  }
  return used;
}

const span = (from: number, to: number): string =>
  to - from === 1 ? `entry ${to}` : `entries ${from + 1} to ${to}`;

/** Where the reading of a journal stands. */
class Walk {
  readonly entries: Transition[] = [];
  readonly problems: string[] = [];
  /** Entries passed so far, missing ones included. */
  at = 0;
  /** Hash of the entry before; undefined behind a gap. */
  head: string | undefined = "";

  jump(to: number, problem: string): void {
    this.problems.push(problem);
    this.at = to;
    this.head = undefined;
  }

  /** Every entry that does not fit is told: the ones behind it are held against the hashes as they stand there. */
  take(entries: readonly Transition[], where: string): void {
    for (const entry of entries) {
      this.at++;
      if (brokenAt([entry], this.head) !== -1)
        this.problems.push(
          `entry ${this.at} in ${where} does not fit the one before it: one of them was changed`,
        );
      this.head = entry.hash;
      this.entries.push(entry);
    }
  }
}
