/** A block of a release's oldest journal entries, as an immutable ConfigMap that belongs to the release. */
import { API_VERSION, type KubeObject, MANAGER, MARK, type OwnerReference } from "../../api/object.ts";
import type { Journal, Transition } from "../../api/release.ts";
import { canonicalJson, digestOf } from "../../base/json.ts";
import { bytesIn, bytesOf, type JournalBounds, lostEntries } from "./bounds.ts";

/** What is to be stored, and for whom. */
export interface Segment {
  /** Names this segment and its content: asking again for a key that is stored changes nothing. */
  readonly key: string;
  readonly namespace: string;
  readonly plan: string;
  readonly release: { readonly name: string; readonly uid: string };
  /** Number of entries before the first of this segment. */
  readonly offset: number;
  readonly entries: readonly Transition[];
}

/** How the storing of a segment stands. */
export type SegmentOutcome =
  | {
      readonly key: string;
      readonly state: "stored";
      /** Set where its proper name is taken by something else, and it has another one. */
      readonly foreign?: string;
    }
  /** `since` is the time of the try, in milliseconds since the epoch. */
  | { readonly key: string; readonly state: "failed"; readonly message: string; readonly since: number };

export interface SegmentObject extends KubeObject {
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
}

export const JOURNAL = "journal";

/**
 * The oldest entries that are to leave the status; none while it is within its bounds. Which these are follows from
 * the oldest entries alone, so that the same segment is asked for when others were added meanwhile.
 */
export function dueEntries(journal: Journal, bounds: JournalBounds): readonly Transition[] {
  const { entries, stored = 0 } = journal;
  // Behind a gap no segment would have an offset that the count of stored entries leads to.
  if (stored >= bounds.mostStored || lostEntries(journal) > 0) return [];
  const tooMany = entries.length >= bounds.kept + bounds.segment;
  if (!tooMany && bytesIn(entries) <= bounds.bytes) return [];
  let bytes = 0;
  const enough = entries.findIndex((entry, index) => {
    bytes += bytesOf(entry);
    return index + 1 >= bounds.segment || bytes >= bounds.bytes / 3;
  });
  // The last entry is what conditions speak of; it stays.
  return entries.slice(0, Math.min(enough + 1, entries.length - 1));
}

/** The hash of the last entry stands for all before it. */
export const segmentKey = (uid: string, offset: number, entries: readonly Transition[]): string =>
  `${uid}/${JOURNAL}/${offset}/${entries.at(-1)?.hash.slice(-12) ?? ""}`;

/** The proper name, and one in its place where that is taken: nobody has an object of that name by chance. */
export const segmentNames = ({ release, offset }: Segment): readonly [string, string] => {
  const proper = `${release.name}-${JOURNAL}-${offset}`;
  return [proper, `${proper}-${digestOf(release.uid).slice(-10)}`];
};

export const segmentLabels = (release: string): Readonly<Record<string, string>> => ({
  [MARK.managedBy]: MANAGER,
  [MARK.record]: JOURNAL,
  [MARK.release]: release,
});

/** The object of a segment under a name. */
export function renderSegment(segment: Segment, name: string): SegmentObject {
  const { namespace, plan, release, offset, entries } = segment;
  const owner: OwnerReference = {
    apiVersion: API_VERSION,
    kind: "Release",
    name: release.name,
    uid: release.uid,
    controller: true,
    blockOwnerDeletion: false,
  };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      namespace,
      labels: { ...segmentLabels(release.name), [MARK.plan]: plan },
      ownerReferences: [owner],
    },
    immutable: true,
    data: { offset: String(offset), entries: entries.map((e) => `${canonicalJson(e)}\n`).join("") },
  };
}

/** Whether an object is just this segment, and can't be changed. */
export const holdsSegment = (object: SegmentObject, segment: Segment): boolean =>
  object.immutable === true &&
  isOwnedBy(object, segment.release.uid) &&
  canonicalJson(object.data ?? {}) === canonicalJson(renderSegment(segment, object.metadata.name).data);

export const isOwnedBy = ({ metadata }: KubeObject, uid: string): boolean =>
  metadata.ownerReferences?.some((o) => o.controller === true && o.uid === uid) === true;

/** What a ConfigMap says to hold; undefined where it can't be read as a segment. */
export function readSegment(
  object: SegmentObject,
): { readonly name: string; readonly offset: number; readonly entries: readonly Transition[] } | undefined {
  const { offset = "", entries = "" } = object.data ?? {};
  if (!/^[0-9]{1,9}$/.test(offset)) return undefined;
  const read = entries
    .split("\n")
    .filter((line) => line !== "")
    .map(readEntry);
  if (read.length === 0 || read.includes(undefined)) return undefined;
  return { name: object.metadata.name, offset: Number(offset), entries: read as readonly Transition[] };
}

const NEEDED = ["at", "from", "to", "reason", "hash"] as const;

function readEntry(line: string): Transition | undefined {
  try {
    const entry = JSON.parse(line) as Partial<Transition> | null;
    return NEEDED.every((member) => typeof entry?.[member] === "string") ? (entry as Transition) : undefined;
  } catch {
    return undefined;
  }
}
