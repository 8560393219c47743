import type { Segment, SegmentOutcome } from "../core/record/segment.ts";
import type { PlanKey } from "./world.ts";

export type { Segment, SegmentOutcome } from "../core/record/segment.ts";

/** Port to where the old entries of journals are kept. What it knows of outcomes may be lost at any time. */
export interface Segments {
  /** Stores a segment unless that is done; always answers, and tells by `outcome` how it went. Never overwrites anything. */
  store(segment: Segment): Promise<void>;
  /** How the last segment of a release stands; undefined when this process has not been asked for one. */
  outcome(releaseUid: string): SegmentOutcome | undefined;
  /** Calls back with the plan of every segment that is stored, or could not be. */
  onSettled(listener: (plan: PlanKey) => void): void;
}
