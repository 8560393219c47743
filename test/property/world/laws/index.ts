import type { decide } from "../../../../src/core/plan/decide.ts";
import type { ControllerWatcher } from "../controller.ts";
import { backIsOpen } from "./back-open.ts";
import { capacityFirst } from "./capacity.ts";
import { deletionIsGentle } from "./deletion.ts";
import { evidenceAfterTraffic } from "./evidence.ts";
import { unknownIsNotGood } from "./gate.ts";
import { journalIsKept } from "./journal.ts";
import type { Court, Law } from "./law.ts";
import { liveSlotUntouched } from "./live-slot.ts";
import { decideIsPure, pausedIsPaused } from "./pure.ts";
import { sharedPartIsKept } from "./shared.ts";
import { recordIsSound } from "./status.ts";
import { weightFollowsStep, writtenFirst } from "./written-first.ts";

export interface LawOptions {
  /** What the controller decides with; the law that it is pure is about that function. */
  readonly decides?: typeof decide;
  /** Of so many observations one is decided on again, to see whether decide is pure and comes to rest: it is costly. */
  readonly pureEvery?: number;
}

/** All laws in one watcher. */
export function allLaws(court: Court, options: LawOptions = {}): ControllerWatcher {
  const laws: readonly Law[] = [
    liveSlotUntouched,
    backIsOpen,
    capacityFirst,
    unknownIsNotGood,
    evidenceAfterTraffic,
    writtenFirst,
    weightFollowsStep,
    (c: Court) => decideIsPure(c, options.decides, options.pureEvery),
    pausedIsPaused,
    recordIsSound,
    journalIsKept,
    deletionIsGentle,
    sharedPartIsKept,
  ].map((law) => law(court));
  const tell = (what: (law: Law) => void): void => {
    for (const law of laws) what(law);
  };
  return {
    onObserved(observed, now) {
      court.observed = observed;
      tell((law) => law.onObserved?.(observed, now));
    },
    onDecided: (decision, now) => tell((law) => law.onDecided?.(decision, now)),
    onEnsure: (key) => tell((law) => law.onEnsure?.(key)),
    onEnsureSlot: (slot) => tell((law) => law.onEnsureSlot?.(slot)),
    onEnsureShared: (request) => tell((law) => law.onEnsureShared?.(request)),
    onSharedEffect: (request, details) => tell((law) => law.onSharedEffect?.(request, details)),
    onStackEffect: (slot, operation) => tell((law) => law.onStackEffect?.(slot, operation)),
    onStatus: (kind, name, status) => tell((law) => law.onStatus?.(kind, name, status)),
    onTraffic: (kind, before, after) => tell((law) => law.onTraffic?.(kind, before, after)),
    onScale: (slot, workloads) => tell((law) => law.onScale?.(slot, workloads)),
    onSegment: (segment, name) => tell((law) => law.onSegment?.(segment, name)),
    onVerification: (name, spec) => tell((law) => law.onVerification?.(name, spec)),
  };
}
