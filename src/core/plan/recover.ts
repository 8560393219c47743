/** What a plan's status said, when it was lost: read again from the releases and the traffic objects. */
import type { Release } from "../../api/release.ts";
import { type ReleasePlanStatus, SLOTS } from "../../api/release-plan.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";
import { readRun } from "../traffic/runs.ts";
import { nameHash } from "./gates/index.ts";
import { adoptedBackend, adoptedOnRecord, resolveLive } from "./live.ts";
import { isSlot } from "./names.ts";
import type { Observed } from "./observed.ts";
import { isFinal, phaseOf } from "./phases.ts";
import { occupantOf } from "./settle.ts";

/**
 * The observation with its plan's status rebuilt, where that was lost: from the release in progress, as long as the
 * traffic objects are its own, and then from the only ready slot that gets traffic. A plan that is new, and one whose
 * live side can't be told, stay as they are.
 */
export function recovered(observed: Observed, now: Instant): Observed {
  const { plan } = observed;
  const lost: ReleasePlanStatus = { observedGeneration: -1, ...plan.status };
  const ran = observed.releases.filter((r) => r.status?.frozen !== undefined).sort(bySequence);
  if (lost.liveSlot !== undefined) return observed;
  const active = ran.findLast((r) => !isFinal(phaseOf(r)) && !isOvertaken(r, observed));
  const answer = active?.status?.frozen ?? resolveLive(observed, lost);
  if (!("live" in answer)) return observed;
  const { live } = answer;
  const adopted = live === "adopted" ? adoptedBackend(observed) : undefined;
  const entryService = ran.at(-1)?.status?.frozen?.entryService;
  const status: ReleasePlanStatus = {
    ...lost,
    liveSlot: live,
    ...(active === undefined ? { idleSince: renderInstant(now) } : { activeRelease: active.metadata.name }),
    ...(adopted === undefined ? {} : { adoptedService: adopted.service }),
    ...(entryService === undefined ? {} : { entryService }),
    ...(isSlot(live) ? formerOf(observed, now) : {}),
    sequence: Math.max(lost.sequence ?? 0, ...ran.map(sequenceOf)),
    ...(ran.length === 0 ? {} : { ranNames: ran.map((r) => nameHash(r.metadata.name)) }),
    ...(isSlot(live) ? { slots: occupants(ran) } : {}),
  };
  return { ...observed, plan: { ...plan, status } };
}

/**
 * What became of the Service that served before the first release: it carries the mark of the plan's entry, or a release
 * on record has started from it and it is still there.
 */
function formerOf({ former, releases }: Observed, now: Instant): Partial<ReleasePlanStatus> {
  if (former?.exists === true && former.marked) {
    const { service } = former;
    const time = renderInstant(now);
    return { entryService: service, adoption: { service, since: time, doneAt: time } };
  }
  const legacyService = adoptedOnRecord(releases)?.name;
  const isGone = former?.service === legacyService && former?.exists === false;
  return legacyService === undefined || isGone ? {} : { legacyService };
}

const sequenceOf = (release: Release): number => release.status?.sequence ?? 0;
const bySequence = (a: Release, b: Release): number => sequenceOf(a) - sequenceOf(b);

/** A later run has marked a traffic object: this one no longer counts. */
const isOvertaken = (release: Release, observed: Observed): boolean =>
  observed.traffic.some((t) => (readRun(t.run)?.sequence ?? 0) > sequenceOf(release));

/** The last release that completed in each slot. */
function occupants(ran: readonly Release[]): NonNullable<ReleasePlanStatus["slots"]> {
  const last = SLOTS.flatMap((slot) => {
    const found = ran.findLast((r) => r.status?.frozen?.slot === slot && r.status.phase === "Completed");
    return found?.status?.frozen === undefined
      ? []
      : [[slot, occupantOf(found.metadata.name, found.status.frozen)]];
  });
  return Object.fromEntries(last);
}
