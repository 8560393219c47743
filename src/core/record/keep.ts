/** The journal of a release outgrows its status: its oldest entries leave for segments, and only once these are stored. */
import type { Journal, Release, ReleaseStatus } from "../../api/release.ts";
import { seconds } from "../../base/duration.ts";
import { type Instant, instant, plus } from "../../base/instant.ts";
import { type JournalBounds, lastWithin, lostEntries } from "./bounds.ts";
import { dueEntries, type Segment, type SegmentOutcome, segmentKey } from "./segment.ts";

/** Pause before a segment that could not be stored is tried again. */
const RETRY = seconds(10);

export interface Keeping {
  readonly release: Release;
  /** The status as the rest of the pass left it. */
  readonly status: ReleaseStatus;
  /** How the last segment of this release stands, as far as this process knows. */
  readonly outcome: SegmentOutcome | undefined;
  readonly bounds: JournalBounds;
  readonly now: Instant;
}

export interface Kept {
  readonly status: ReleaseStatus;
  /** To be stored once the status is. */
  readonly segment?: Segment;
  /** Time at which a failed try is repeated. */
  readonly wakeAt?: Instant;
}

/** What becomes of a journal in this pass. The segment holds entries of this very status, so they are written down first. */
export function keepJournal(keeping: Keeping): Kept {
  const { status, outcome, bounds, now } = keeping;
  if (status.journal === undefined) return { status };
  let journal = status.journal;
  let problem = journal.problem?.reason === "SegmentForeign" ? journal.problem : undefined;
  let segment = nextSegment(keeping, journal);
  while (segment !== undefined && outcome?.key === segment.key && outcome.state === "stored") {
    const { offset, entries } = segment;
    if (outcome.foreign !== undefined) problem = { reason: "SegmentForeign", message: outcome.foreign };
    const stored = offset + entries.length;
    journal = { ...journal, entries: journal.entries.slice(entries.length), stored };
    segment = nextSegment(keeping, journal);
  }
  const failure = outcome?.state === "failed" && outcome.key === segment?.key ? outcome : undefined;
  journal = withinBounds(journal, bounds, segment !== undefined);
  problem = lossOf(journal, bounds) ?? failureOf(failure, segment) ?? problem;
  const told = withProblem(journal, problem);
  const next = told === status.journal ? status : { ...status, journal: told };
  // What is cut off is not asked for any more.
  if (segment === undefined || lostEntries(journal) > 0) return { status: next };
  const wakeAt = failure === undefined ? undefined : plus(instant(failure.since), RETRY);
  return wakeAt !== undefined && now < wakeAt ? { status: next, wakeAt } : { status: next, segment };
}

function nextSegment({ release, bounds }: Keeping, journal: Journal): Segment | undefined {
  const entries = dueEntries(journal, bounds);
  if (entries.length === 0) return undefined;
  const { name, namespace = "default", uid = name } = release.metadata;
  const offset = journal.stored ?? 0;
  return {
    key: segmentKey(uid, offset, entries),
    namespace,
    plan: release.spec.planRef.name,
    release: { name, uid },
    offset,
    entries,
  };
}

/** While a segment is on its way there is room for more; where none will be stored any more the oldest entries go. */
function withinBounds(journal: Journal, bounds: JournalBounds, storing: boolean): Journal {
  const ended = lostEntries(journal) > 0 || (journal.stored ?? 0) >= bounds.mostStored;
  if (!storing && !ended) return journal;
  const most = ended ? bounds.kept : bounds.mostKept;
  const entries = lastWithin(journal.entries, most, ended ? bounds.bytes : bounds.mostBytes);
  return entries === journal.entries ? journal : { ...journal, entries: [...entries] };
}

type Problem = NonNullable<Journal["problem"]>;

/** The journal itself where nothing changes: what is unchanged is not compared, nor written, by anybody. */
function withProblem(journal: Journal, problem: Problem | undefined): Journal {
  const { problem: former, ...rest } = journal;
  if (former?.reason === problem?.reason && former?.message === problem?.message) return journal;
  return problem === undefined ? rest : { ...rest, problem };
}

function lossOf(journal: Journal, bounds: JournalBounds): Problem | undefined {
  const { stored = 0, entries } = journal;
  const lost = lostEntries(journal);
  const isFull = stored >= bounds.mostStored;
  if (lost <= 0 && !isFull) return undefined;
  const gap = lost <= 0 ? "" : `; entries ${stored + 1} to ${stored + lost} are not kept`;
  if (isFull) {
    const message = `${stored} entries are in ConfigMaps, and no more are stored; of those after them only the last ${bounds.kept} stay, in status${gap}`;
    return { reason: "JournalFull", message };
  }
  const message = `entries ${stored + 1} to ${stored + lost} are not kept, the last ${entries.length} are in status`;
  return { reason: "EntriesLost", message };
}

function failureOf(
  outcome: (SegmentOutcome & { readonly state: "failed" }) | undefined,
  segment: Segment | undefined,
): Problem | undefined {
  if (outcome === undefined || segment === undefined) return undefined;
  const last = segment.offset + segment.entries.length;
  const message = `entries ${segment.offset + 1} to ${last} stay in status until they can be stored: ${outcome.message}`;
  return { reason: "SegmentFailed", message: message.slice(0, 1_024) };
}
