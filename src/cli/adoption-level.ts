import type { ReleasePlan, ReleasePlanStatus } from "../api/release-plan.ts";
import { adoptionState } from "../core/plan/adoption.ts";
import type { Observed } from "../core/plan/observed.ts";
import { readGitOpsOwner } from "../core/traffic/owners.ts";
import { CliFailure } from "./cli-failure.ts";

/** What is to be written as `spec.traffic.finishAdoption`, or that it stands or is done already. */
export type AdoptionLevel =
  | {
      readonly kind: "write";
      readonly service: string;
      /** What the controller then does, a line each. */
      readonly effects: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: "already"; readonly said: string };

/**
 * Asks the controller's own function whether the plan's former Service may become its entry.
 * @throws CliFailure when it may not, with the reason and the remedy
 */
export function finishLevel(observed: Observed, asked: string | undefined): AdoptionLevel {
  const { plan } = observed;
  const status: ReleasePlanStatus = { observedGeneration: -1, ...plan.status };
  const level = plan.spec.traffic?.finishAdoption;
  const service = asked ?? status.adoption?.service ?? level?.service ?? formerName(plan, status);
  const seen = adoptionState(observed, status, service);
  if (seen.state === "refused" || (seen.state === "done" && seen.problem !== undefined))
    throw new CliFailure(`plan ${plan.metadata.name}: ${seen.problem?.message}`);
  if (seen.state === "done")
    return { kind: "already", said: `Service ${service} is its entry since ${status.adoption?.doneAt}` };
  if (level?.service === service)
    return { kind: "already", said: `Service ${service} is being switched to ${seen.slot}` };
  return { kind: "write", service, ...tell(observed, service, seen.slot) };
}

function formerName(
  plan: ReleasePlan,
  { liveSlot, adoptedService, legacyService }: ReleasePlanStatus,
): string {
  const name = legacyService ?? (liveSlot === "adopted" ? adoptedService : undefined);
  if (name !== undefined) return name;
  throw new CliFailure(
    `plan ${plan.metadata.name} has no former Service: its status names none that served before its first release`,
  );
}

function tell(
  observed: Observed,
  service: string,
  slot: string,
): Omit<AdoptionLevel & { kind: "write" }, "kind" | "service"> {
  const { plan, former, slots } = observed;
  const ready = slot === "blue" || slot === "green" ? slots[slot].readyEndpoints : 0;
  const ports = (former?.targets ?? []).map(({ port, target }) => `${port} to ${target}`).join(", ");
  const owners = [
    [
      `Service ${service}`,
      former?.gitOpsOwner,
      "let it ignore spec.selector, or it will write the former one back",
    ],
    [
      `plan ${plan.metadata.name}`,
      readGitOpsOwner(plan.metadata),
      "put spec.traffic.finishAdoption there as well",
    ],
  ] as const;
  return {
    effects: [
      `Service ${service} becomes the entry of plan ${plan.metadata.name}: its selector moves from ${selectorText(former?.selector)} to slot ${slot}, with ${ready} ready replicas`,
      `its ports stay: ${ports}`,
      "releases move it at 100 %, and reverts back; the pods that it selects now get nothing through it any more and may be removed by their owner",
    ],
    warnings: owners.flatMap(([what, owner, remedy]) =>
      owner === undefined ? [] : [`${what} belongs to ${owner}: ${remedy}`],
    ),
  };
}

const selectorText = (selector: Readonly<Record<string, string>> = {}): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
