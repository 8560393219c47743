/**
 * The fence on a traffic object. Every write leaves the run that made it in an annotation, so that a leader
 * that wakes up late finds out that others have gone on without it.
 */
import { MARK } from "../../api/object.ts";

/** One release as traffic objects know it. Sequences count the releases of a plan. */
export interface Run {
  readonly release: string;
  readonly sequence: number;
}

/** Annotations of ours on a traffic object. */
export const RUN_MARKS = {
  run: MARK.run,
  reverted: MARK.reverted,
  /** The run that was completed: the slot it replaced is being retired, and nothing of that run goes back to it. */
  completed: "bascule.dev/completed",
} as const;

/** What the annotations say, as they stand. */
export interface Marks {
  readonly run?: string;
  readonly reverted?: string;
  readonly completed?: string;
}

const TEXT = /^([^/\s]{1,253})\/([0-9]{1,15})$/;

/** `<release uid>/<sequence>`; undefined for text that is none. */
export function readRun(text: string | undefined): Run | undefined {
  const [, release, sequence] = TEXT.exec(text ?? "") ?? [];
  return release === undefined ? undefined : { release, sequence: Number(sequence) };
}

export const renderRun = (run: Run): string => `${run.release}/${run.sequence}`;

export function readMarks(annotations: Readonly<Record<string, string>> | undefined): Marks {
  const [run, reverted, completed] = [RUN_MARKS.run, RUN_MARKS.reverted, RUN_MARKS.completed].map(
    (key) => annotations?.[key],
  );
  return {
    ...(run === undefined ? {} : { run }),
    ...(reverted === undefined ? {} : { reverted }),
    ...(completed === undefined ? {} : { completed }),
  };
}

/** Whether the object belongs to a later run than this one. Text that is no run fences nobody off. */
function isTaken(marks: Marks, run: string): boolean {
  const [theirs, ours] = [readRun(marks.run), readRun(run)];
  if (theirs === undefined || ours === undefined) return false;
  return theirs.sequence > ours.sequence || (theirs.sequence === ours.sequence && marks.run !== run);
}

/** How a forward write leaves the object: at the end of its run, or given back to its owner. */
export type WriteEnd = "completed" | "released";

/** Why a forward write of this run comes too late; undefined when it may go. */
export function forwardStale(marks: Marks, run: string, end?: WriteEnd): string | undefined {
  if (isTaken(marks, run)) return `the object belongs to the later run ${marks.run}`;
  if (end === "released") return undefined;
  if (marks.reverted === run) return "this run was taken back";
  if (marks.completed === run && end !== "completed") return "this run is complete";
  return undefined;
}

/** Why a revert of this run comes too late; undefined when it may go. */
export function revertStale(marks: Marks, run: string): string | undefined {
  if (isTaken(marks, run)) return `the object belongs to the later run ${marks.run}`;
  if (marks.completed === run) return "this run is complete, and the slot that it replaced is retired";
  return undefined;
}
