import type { ReleasePlanStatus } from "../../../api/release-plan.ts";
import type { Output } from "../decision.ts";

const MOST_NAMED = 5;

/** Says that what the slots shared stays when its plan is deleted, under either policy: it is data. */
export function tellKept(name: string, status: ReleasePlanStatus, out: Output): void {
  const message = keptText(name, status);
  if (message === undefined || status.deletion !== undefined) return;
  out.facts.push({
    about: { kind: "ReleasePlan", name },
    type: "Warning",
    reason: "SharedPartKept",
    message,
  });
}

/** What stays of a deleted plan's shared part and how people remove it; undefined where it never had one. */
export function keptText(name: string, { shared }: Pick<ReleasePlanStatus, "shared">): string | undefined {
  if (shared === undefined) return undefined;
  const objects = shared.objects ?? [];
  const named = objects.slice(0, MOST_NAMED).join(", ");
  const more = objects.length > MOST_NAMED ? ` and ${objects.length - MOST_NAMED} more` : "";
  return `the shared part stays${named === "" ? "" : `: ${named}${more}`}; it is yours to remove, by its labels bascule.dev/plan=${name},bascule.dev/slot=shared`;
}
