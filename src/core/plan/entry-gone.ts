/** What the entry stack made and somebody has deleted since: the route, and the Services. */
import type { FrozenRelease } from "../../api/frozen.ts";
import type { ReleaseStatus } from "../../api/release.ts";
import { type ReleasePlanStatus, SLOTS } from "../../api/release-plan.ts";
import type { TrafficObservation } from "../traffic/observation.ts";
import { entryDigest, entryInput } from "./entry.ts";
import { previewService, slotService } from "./names.ts";
import type { Observed } from "./observed.ts";
import type { Run } from "./run.ts";
import type { EntryInput } from "./stack.ts";

export interface EntryGone {
  /** Such as `Service shop-blue`. */
  readonly names: readonly string[];
  /** What the stack was last applied with; absent where nothing on record makes the same again. */
  readonly appliedWith?: FrozenRelease;
}

/** Names of what an entry stack makes from `input` and is not there. */
export function missingFrom(observed: Observed, input: EntryInput): readonly string[] {
  const { plan, slots, entry, preview, traffic } = observed;
  const { name } = plan.metadata;
  const isGone = (target: TrafficObservation): boolean => target.target.name === name && !target.exists;
  const services = [
    ...SLOTS.filter((slot) => !slots[slot].serviceExists).map((slot) => slotService(name, slot)),
    ...(preview.exists ? [] : [previewService(name)]),
    ...(input.entryService === undefined || entry.exists ? [] : [input.entryService]),
  ].map((service) => `Service ${service}`);
  return input.route !== undefined && traffic.some(isGone) ? [`HTTPRoute ${name}`, ...services] : services;
}

/**
 * The release whose frozen form, with the plan as it is, makes what the entry stack was last applied with. A plan that was
 * edited since has none: what it says now applies to the next release, not before.
 */
export function appliedWith(observed: Observed, status: ReleasePlanStatus): FrozenRelease | undefined {
  return latestFirst(observed).find(
    (frozen) => entryDigest(entryInput(observed.plan, frozen)) === status.entryDigest,
  );
}

const latestFirst = ({ releases }: Observed): readonly FrozenRelease[] =>
  releases
    .flatMap(({ status: s }) =>
      s?.frozen === undefined ? [] : [{ frozen: s.frozen, sequence: s.sequence ?? 0 }],
    )
    .sort((a, b) => b.sequence - a.sequence)
    .map(({ frozen }) => frozen);

/** Whether a release is applying its stacks, the entry among them. */
export const isApplying = (active: ReleaseStatus | undefined): boolean =>
  active?.position?.stage === "apply" && active.phase === "Preparing";

/**
 * What of an applied entry stack is gone. Not asked where nothing serves and no release runs, nor while one applies its
 * stacks, the entry among them.
 */
export function entryGone(observed: Observed, status: ReleasePlanStatus): EntryGone | undefined {
  if (status.entryDigest === undefined) return undefined;
  const { status: active } = observed.releases.find((r) => r.metadata.name === status.activeRelease) ?? {};
  if (isApplying(active)) return undefined;
  const { liveSlot = "none" } = status;
  if (liveSlot === "none" && active?.frozen === undefined) return undefined;
  const [latest] = latestFirst(observed);
  const names = latest === undefined ? [] : missingFrom(observed, entryInput(observed.plan, latest));
  if (names.length === 0) return undefined;
  const frozen = appliedWith(observed, status);
  return { names, ...(frozen === undefined ? {} : { appliedWith: frozen }) };
}

/** Said of what is gone, where it is made again. */
export const madeAgain = (names: readonly string[]): string =>
  names.length === 1
    ? `${names[0]} is gone and is made again`
    : `${names.join(", ")} are gone and are made again`;

/** Whether a traffic object of the release is gone and comes back without anybody's help. */
export const isMadeAgain = ({ observed, frozen }: Run, { target, exists }: TrafficObservation): boolean =>
  !exists &&
  frozen.targets.some((t) => t.created === true && t.name === target.name) &&
  appliedWith(observed, { observedGeneration: -1, ...observed.plan.status }) !== undefined;
