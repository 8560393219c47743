import type { ReleaseStatus } from "../../../../src/api/release.ts";
import type { SegmentObject } from "../../../../src/core/record/segment.ts";
import { verifyJournal } from "../../../../src/core/record/verify.ts";
import type { Court, Law } from "./law.ts";

/**
 * Law 10: whatever is written, by whomever it is cut short, a release's segments and status together are its whole
 * journal; a segment is stored after its entries, and nobody's object is overwritten.
 */
export function journalIsKept(court: Court): Law {
  return {
    onStatus(kind, name, raw) {
      const { journal } = raw as ReleaseStatus;
      const release = court.release(name);
      if (kind !== "releases" || journal === undefined || release === undefined) return;
      const objects = court.cluster.store.list("configMaps") as readonly SegmentObject[];
      const { problems, entries } = verifyJournal(journal, release.metadata.uid ?? "", objects);
      court.demand(problems.length === 0, "journal", () => `${name}: ${problems.join("; ")}`);
      court.demand(
        entries.length === journal.count,
        "journal",
        () => `${name}: ${entries.length} of ${journal.count} entries`,
      );
    },
    onSegment({ release, offset, entries }, name) {
      const journal = court.release(release.name)?.status?.journal;
      const from = offset - (journal?.stored ?? 0);
      // A late request of a process that died may come after the entries have been cut off, or the release is gone.
      if (journal === undefined || from < 0) return;
      const known = journal.entries.slice(from, from + entries.length).map((e) => e.hash);
      court.demand(
        known.join() === entries.map((e) => e.hash).join(),
        "law 5",
        () => `${name} holds entries that were not written down`,
      );
    },
  };
}
