import { changeId, needsApproval } from "../../../../src/core/plan/shared/change.ts";
import { sharedDigest } from "../../../../src/core/plan/shared/request.ts";
import type { Court, Law } from "./law.ts";

/**
 * What both slots share: it stands before the slot is applied, only a release on its way forward touches it, nothing of
 * it is lost without somebody's word for just that, and it is never destroyed.
 */
export function sharedPartIsKept(court: Court): Law {
  return {
    onEnsureShared({ key, operation }) {
      court.demand(operation !== "destroy", "shared", () => `${key} destroys what slots share`);
      if (operation === "preview") return;
      const active = court.active();
      const isForward = active?.status.phase === "Preparing" && key.startsWith(`${active.metadata.uid}/`);
      court.demand(isForward, "shared", () => `${key} begins while the release is ${active?.status.phase}`);
    },
    onEnsureSlot() {
      const frozen = court.active()?.status.frozen;
      if (frozen?.shared !== true) return;
      const stands = court.cluster.shared.digest === sharedDigest(frozen);
      court.demand(stands, "shared", () => "a slot is applied before what it shares stands");
    },
    onSharedEffect({ key }, details) {
      if (!needsApproval(details)) return;
      const id = changeId(details);
      const said = court.cluster.store
        .list("releases")
        .map((r) => (r.spec as { control?: { promote?: { change?: string } } }).control?.promote?.change);
      court.demand(said.includes(id), "shared", () => `${key} replaces something, and nobody approved ${id}`);
    },
  };
}
