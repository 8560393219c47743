import type { Court, Law } from "./law.ts";

/** Law 1: nothing is applied to the live slot, and its workloads keep size and release until the run is complete. */
export function liveSlotUntouched(court: Court): Law {
  const isLive = (slot: string): boolean => {
    const active = court.active();
    const live = active?.status.frozen?.live;
    const running = active?.status.finishedAt === undefined;
    return court.plan()?.status?.liveSlot === slot || (running && live === slot);
  };
  const isDeleted = () => court.plan()?.metadata.deletionTimestamp !== undefined;
  return {
    onStackEffect(slot, operation) {
      const goes = isDeleted() && court.plan()?.spec.deletionPolicy === "Delete";
      if (operation === "preview" || (goes && operation === "destroy")) return;
      court.demand(!isLive(slot), "law 1", () => `${operation} of the stack of ${slot}, which is live`);
    },
    onEnsureSlot(slot) {
      const goes = isDeleted() && court.plan()?.spec.deletionPolicy === "Delete";
      court.demand(goes || !isLive(slot), "law 1", () => `an operation on ${slot} begins, which is live`);
      const share = court.observed?.traffic.some((t) => (t.split[slot] ?? 0) > 0) ?? false;
      court.demand(!share, "law 1", () => `an operation on ${slot} begins, which was seen with traffic`);
    },
    onScale(slot, workloads) {
      const lowers = workloads.some(
        (w) => w.replicas !== undefined && w.replicas < court.cluster.slots.desired(slot),
      );
      court.demand(!(isLive(slot) && lowers), "law 1", () => `${slot} is scaled down, which is live`);
    },
  };
}
