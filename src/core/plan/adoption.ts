/**
 * The end of an adoption: the Service that served before the first release becomes the plan's entry. Asked for in
 * `spec.traffic.finishAdoption`, done between releases.
 */
import { type ReleasePlanStatus, SLOTS, type Slot } from "../../api/release-plan.ts";
import { type Instant, renderInstant } from "../../base/instant.ts";
import { type FormerService, type PodPorts, type Problem, portProblem } from "../traffic/former-service.ts";
import type { Output } from "./decision.ts";
import { isSlot } from "./names.ts";
import type { Observed } from "./observed.ts";

/** How far it is, for the plan's condition and for people. */
export type AdoptionState =
  | { readonly state: "done"; readonly service: string; readonly problem?: Problem }
  | { readonly state: "refused"; readonly service: string; readonly problem: Problem }
  | { readonly state: "possible"; readonly service: string; readonly slot: Slot; readonly pods: PodPorts };

/** What `finishAdoption: {service}` would come to now. */
export function adoptionState(observed: Observed, status: ReleasePlanStatus, service: string): AdoptionState {
  const { adoption, liveSlot: live, legacyService } = status;
  const former = observed.former?.service === service ? observed.former : undefined;
  const refused = (reason: string, message: string): AdoptionState => ({
    state: "refused",
    service,
    problem: { reason, message },
  });
  if (adoption?.doneAt !== undefined) {
    if (adoption.service === service) return { state: "done", service, ...lost(former, live) };
    return refused(
      "AlreadyFinished",
      `the adoption was finished with Service "${adoption.service}", and a plan has one`,
    );
  }
  if (status.activeRelease !== undefined)
    return refused(
      "ReleaseInProgress",
      `release ${status.activeRelease} is in progress; it is done after its end`,
    );
  if (live === "adopted" && status.adoptedService === service)
    return refused("StillServing", `Service "${service}" is the live side until the first release completes`);
  if (!isSlot(live) || (legacyService !== service && former?.marked !== true))
    return refused(
      "NotAdopted",
      `Service "${service}" never served for this plan${legacyService === undefined ? "" : `; Service "${legacyService}" did`}`,
    );
  if (former?.exists !== true) return refused("ServiceGone", `there is no Service "${service}" any more`);
  if (former.problem !== undefined) return refused(former.problem.reason, former.problem.message);
  const [other] = observed.formerPlans ?? [];
  if (other !== undefined)
    return refused("ServiceInUse", `Service "${service}" belongs to the plan "${other}" as well`);
  const pods = podPorts(observed, status, live);
  if (pods === undefined)
    return refused(
      "PortsUnknown",
      `the release on ${live} is gone, and with it the ports of its program; release once more`,
    );
  const problem = portProblem(former, pods);
  if (problem !== undefined) return { state: "refused", service, problem };
  if (observed.slots[live].readyEndpoints === 0)
    return refused(
      "LiveNotReady",
      `${live} has no ready endpoint to take over the callers of Service "${service}"`,
    );
  return { state: "possible", service, slot: live, pods };
}

/** Somebody has changed the selector since. */
function lost(former: FormerService | undefined, live: string | undefined): { readonly problem?: Problem } {
  if (former === undefined || former.slot !== undefined) return {};
  const { service } = former;
  if (!former.exists) return { problem: { reason: "ServiceGone", message: `Service "${service}" is gone` } };
  const message = `Service "${service}" no longer selects a slot of this plan, so its callers do not follow releases; set spec.selector to bascule.dev/plan and bascule.dev/slot: ${live}, and let a GitOps tool ignore that field`;
  return { problem: { reason: "ForeignSelector", message } };
}

/** Ports of the pods that serve: as the program of their release declares them, and as the containers name them. */
function podPorts(observed: Observed, status: ReleasePlanStatus, live: Slot): PodPorts | undefined {
  const release = status.slots?.[live]?.release;
  const ports = observed.releases.find((r) => r.metadata.name === release)?.status?.frozen?.ports;
  if (ports === undefined) return undefined;
  const { workloads } = observed.slots[live];
  const named = ports.filter(({ name, port }) => workloads.every((w) => w.portNames?.[name] === port));
  return { numbers: ports.map((p) => p.port), names: named.map((p) => p.name) };
}

/** Between releases: writes down what is asked for and possible, and asks for the write until it is seen done. */
export function finishAdoption(
  observed: Observed,
  status: ReleasePlanStatus,
  now: Instant,
  out: Output,
): ReleasePlanStatus {
  const asked = observed.plan.spec.traffic?.finishAdoption;
  if (asked === undefined || observed.planProblem !== undefined) return withoutOpen(status);
  if (observed.plan.metadata.deletionTimestamp !== undefined) return withoutOpen(status);
  const seen = adoptionState(observed, status, asked.service);
  if (seen.state === "done") return status;
  if (seen.state !== "possible") return withoutOpen(status);
  const { name, uid } = observed.plan.metadata;
  const { service, slot, pods } = seen;
  out.intents.push({ kind: "takeOver", key: `${uid ?? name}/adoption/${service}`, service, slot, pods });
  out.trace.push({
    rule: "FinishAdoption",
    about: name,
    said: `Service ${service} becomes the entry, on ${slot}`,
  });
  if (status.adoption?.service === service) return status;
  const since = renderInstant(now);
  return { ...status, adoption: { ...asked, since } };
}

/**
 * Seen done: the Service carries the plan's mark and selects a slot of it. Reads the Service, not the intent, so that a
 * write whose answer was lost counts all the same. A former Service that its owner has removed is forgotten.
 */
export function settleAdoption(
  observed: Observed,
  status: ReleasePlanStatus,
  now: Instant,
  out: Output,
): ReleasePlanStatus {
  const { former } = observed;
  if (former === undefined || status.adoption?.doneAt !== undefined) return status;
  const { service } = former;
  const asked = observed.plan.spec.traffic?.finishAdoption;
  const wanted =
    status.adoption ?? (asked === undefined ? undefined : { ...asked, since: renderInstant(now) });
  const { legacyService, ...rest } = status;
  if (!former.exists && service === legacyService && !named(observed)) return rest;
  if (wanted?.service !== service || !former.marked || former.slot === undefined) return status;
  const by =
    wanted.by === undefined
      ? ""
      : ` (${wanted.by}${wanted.reason === undefined ? "" : `: ${wanted.reason}`})`;
  out.facts.push({
    about: { kind: "ReleasePlan", name: observed.plan.metadata.name },
    type: "Normal",
    reason: "AdoptionFinished",
    message: `Service ${service} is the plan's entry and selects ${former.slot}${by}`,
  });
  const kept = legacyService === undefined || legacyService === service ? {} : { legacyService };
  return { ...rest, ...kept, entryService: service, adoption: { ...wanted, doneAt: renderInstant(now) } };
}

/** A rule still names a backend beside the slots. */
const named = ({ traffic }: Observed): boolean =>
  traffic.some(
    (t) =>
      t.foreign.length > 0 || t.split.adopted !== undefined || SLOTS.some((s) => t.split[s] === undefined),
  );

/** What was decided and is no longer possible is decided anew when it is. */
export function withoutOpen(status: ReleasePlanStatus): ReleasePlanStatus {
  if (status.adoption === undefined || status.adoption.doneAt !== undefined) return status;
  const { adoption: _, ...rest } = status;
  return rest;
}
