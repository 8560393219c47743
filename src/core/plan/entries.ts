/** The Services for callers inside the cluster: which there are, and which of them the entry stack makes. */
import type { FrozenRelease } from "../../api/frozen.ts";
import type { ReleasePlan, ReleasePlanStatus } from "../../api/release-plan.ts";
import type { Observed, SelectorObservation } from "./observed.ts";

export type EntryNames = Pick<FrozenRelease, "entryService" | "madeEntries">;

/** An entry Service with the slot that it selects. */
export interface Entry extends SelectorObservation {
  readonly service: string;
}

/**
 * The entry of a plan: its former Service once that has been taken over, and else one of the plan's name, unless the
 * user's own has that name. One that was made before the take-over stays beside it, for there may be callers.
 */
export function entryNames(
  plan: ReleasePlan,
  status: ReleasePlanStatus | undefined,
  adopted?: string,
): EntryNames {
  const own = plan.metadata.name;
  const finished = finishedService(status);
  if (finished !== undefined) return { entryService: finished, madeEntries: finished === own ? [] : [own] };
  const former = adopted ?? status?.legacyService ?? status?.adoptedService;
  return former === own ? {} : { entryService: own };
}

/** The user's own Service that has become the entry. */
export const finishedService = (status: ReleasePlanStatus | undefined): string | undefined =>
  status?.adoption?.doneAt === undefined ? undefined : status.adoption.service;

/** The one that the entry stack makes. */
export const madeEntry = ({ entryService, madeEntries }: EntryNames): string | undefined =>
  madeEntries === undefined ? entryService : madeEntries[0];

/** All that move with the live side. One of the user's own that selects something else by now is left alone. */
export function entriesOf(observed: Observed, names: EntryNames): readonly Entry[] {
  const all = new Set([names.entryService, madeEntry(names)].filter((name) => name !== undefined));
  return [...all].map((service) => ({ service, ...seen(observed, service) }));
}

/** Those of a plan between releases. */
export const entriesAtRest = (observed: Observed, status: ReleasePlanStatus): readonly Entry[] =>
  entriesOf(observed, entryNames(observed.plan, status));

function seen({ plan, entry, former }: Observed, service: string): SelectorObservation {
  if (service === former?.service)
    return former.slot === undefined ? { exists: false } : { exists: true, slot: former.slot };
  return service === plan.metadata.name ? entry : { exists: false };
}
