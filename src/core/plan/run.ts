import type { FrozenRelease, FrozenStep } from "../../api/frozen.ts";
import type { Phase, Position, Release, ReleaseStatus } from "../../api/release.ts";
import type { Live, Slot } from "../../api/release-plan.ts";
import type { CheckResult } from "../../api/verification.ts";
import { readDuration } from "../../base/duration.ts";
import { type Instant, plus, readInstant, renderInstant } from "../../base/instant.ts";
import { readWeight, type Weight } from "../../base/weight.ts";
import type { Output } from "./decision.ts";
import type { Intent } from "./intents.ts";
import { appendJournal } from "./journal.ts";
import type { Observed } from "./observed.ts";

/** A pass over the active release: the snapshot, and the status that the rules are building. */
export interface Run {
  readonly observed: Observed;
  readonly now: Instant;
  readonly release: Release;
  readonly frozen: FrozenRelease;
  /** The next status so far. Rules replace it, they never change it in place. */
  status: ReleaseStatus;
  readonly out: Output;
  /** A newer release that has passed its own gates. */
  readonly newer?: string;
}

export const planName = (run: Run): string => run.observed.plan.metadata.name;
export const namespaceOf = (run: Run): string => run.release.metadata.namespace ?? "default";
export const uidOf = (run: Run): string => run.release.metadata.uid ?? run.release.metadata.name;
/** The value of `bascule.dev/run` on traffic objects. */
export const runId = (run: Run): string => `${uidOf(run)}/${run.status.sequence ?? 0}`;
export const candidate = (run: Run): Slot => run.frozen.slot;
export const liveBefore = (run: Run): Live => run.frozen.live;

export function positionOf(run: Run): Position {
  const position = run.status.position;
  if (position === undefined) throw new Error(`release ${run.release.metadata.name} runs without a position`);
  return position;
}

export function stepAt(run: Run, index: number): FrozenStep {
  const step = run.frozen.steps[index];
  if (step === undefined) throw new Error(`release ${run.release.metadata.name} has no step ${index}`);
  return step;
}

export const stepOf = (run: Run): FrozenStep => stepAt(run, positionOf(run).step);
export const weightOf = (step: FrozenStep): Weight => readWeight(step.weight);

/** What the checks of a Verification have found so far; nothing of one that is not there. */
export const resultsOf = (run: Run, verification: string): readonly CheckResult[] =>
  run.observed.verifications[verification]?.results ?? [];

/** A stored time; `now` where it is unreadable, so that a damaged status delays but never hurries. */
export const at = (run: Run, text: string | undefined): Instant => readInstant(text ?? "") ?? run.now;

/** Whether a span since a time is over; asks to be woken when it is not. */
export function elapsed(run: Run, since: string | undefined, span: string): boolean {
  return reached(run, plus(at(run, since), readDuration(span)));
}

/** Whether a time has come; asks to be woken when it has not. */
export function reached(pass: { readonly now: Instant; readonly out: Output }, time: Instant): boolean {
  if (pass.now >= time) return true;
  pass.out.wakes.push(time);
  return false;
}

/** Emits an intent and names it in the status, so that it is known after a crash. */
export function intend(run: Run, intent: Intent): void {
  run.out.intents.push(intent);
  const known = run.status.intents ?? [];
  if (known.some((i) => i.key === intent.key)) return;
  const entry = { key: intent.key, kind: intent.kind, since: renderInstant(run.now), attempt: 1 };
  run.status = { ...run.status, intents: [...known, entry].slice(-16) };
}

const FORWARD: ReadonlySet<Intent["kind"]> = new Set(["stack", "shift", "select", "scale", "verify"]);

/** Takes back what this pass was going to do next: the release ends, and nothing of it would be written down. */
export function withdraw(run: Run): void {
  const kept = run.out.intents.filter((i) => !FORWARD.has(i.kind));
  run.out.intents.splice(0, run.out.intents.length, ...kept);
  const reverts = run.out.first.filter((i) => i.kind !== "verify");
  run.out.first.splice(0, run.out.first.length, ...reverts);
}

/** Forgets intents that were seen done. */
export function settled(run: Run, keep: (key: string) => boolean): void {
  const left = (run.status.intents ?? []).filter((i) => keep(i.key));
  if (left.length === (run.status.intents ?? []).length) return;
  const { intents: _, ...rest } = run.status;
  run.status = left.length === 0 ? rest : { ...rest, intents: left };
}

/** What the release does or waits for, for people. */
export function say(run: Run, message: string): void {
  run.status = { ...run.status, message: message.slice(0, 2048) };
}

export interface Move {
  readonly phase?: Phase;
  readonly step?: number;
  readonly stage?: Position["stage"];
  readonly reason: string;
  readonly message: string;
  readonly by?: string;
  readonly type?: "Normal" | "Warning";
}

/** Goes to another phase or step: status, journal and event in one. */
export function move(run: Run, to: Move): void {
  const before = run.status;
  const from = describe(run, before);
  let next: ReleaseStatus = { ...before, ...(to.phase === undefined ? {} : { phase: to.phase }) };
  if (to.step !== undefined && to.stage !== undefined) {
    const step = stepAt(run, to.step);
    const kept = before.position?.verification;
    next = {
      ...next,
      step: step.name,
      position: {
        step: to.step,
        stage: to.stage,
        since: renderInstant(run.now),
        attempt: 1,
        waitedMs: 0,
        // The former step's checks go on until this step has its own.
        ...(kept === undefined ? {} : { verification: kept }),
      },
    };
  }
  next = { ...next, message: to.message.slice(0, 2048) };
  run.status = appendJournal(
    next,
    {
      from,
      to: describe(run, next),
      reason: to.reason,
      message: to.message.slice(0, 2048),
      ...(to.by === undefined ? {} : { by: to.by }),
    },
    run.now,
  );
  run.out.facts.push({
    about: { kind: "Release", name: run.release.metadata.name },
    type: to.type ?? "Normal",
    reason: to.reason,
    message: to.message,
  });
}

/** Goes to another stage of the same step; too small for the journal. */
export function enterStage(run: Run, stage: Position["stage"], extra: Partial<Position> = {}): void {
  run.status = {
    ...run.status,
    position: { ...positionOf(run), stage, since: renderInstant(run.now), ...extra },
  };
}

/** Changes the position in place, for instance to note a time. */
export function note(run: Run, change: Partial<Position>): void {
  run.status = { ...run.status, position: { ...positionOf(run), ...change } };
}

const describe = (run: Run, status: ReleaseStatus): string => {
  const step = status.position === undefined ? undefined : run.frozen.steps[status.position.step]?.name;
  return step === undefined ? (status.phase ?? "Pending") : `${status.phase ?? "Pending"}/${step}`;
};
