import { MARK } from "../../../../src/api/object.ts";
import type { Slot } from "../../../../src/api/release-plan.ts";
import { DRAIN_MS } from "../cluster.ts";
import type { Stored } from "../store.ts";
import { type Court, type Law, serviceOf } from "./law.ts";

/** Share of a Service in a stored route, in percent. */
export function shareIn(route: Stored | undefined, service: string): number {
  const { rules } = (route?.spec ?? {}) as {
    rules?: { backendRefs?: { name: string; weight?: number }[] }[];
  };
  const refs = rules?.[0]?.backendRefs ?? [];
  const total = refs.reduce((sum, ref) => sum + (ref.weight ?? 1), 0);
  const own = refs.filter((ref) => ref.name === service).reduce((sum, ref) => sum + (ref.weight ?? 1), 0);
  return total === 0 ? 0 : (own / total) * 100;
}

const isRevert = (route: Stored): boolean => {
  const { annotations } = route.metadata;
  return annotations?.[MARK.reverted] !== undefined && annotations[MARK.reverted] === annotations[MARK.run];
};

/** What the live side has beyond what is asked for counts when it lasted for so long. */
const LASTING_MS = 3_000;

interface Look {
  readonly at: number;
  readonly ready: number;
}

/** Law 3: no share without the replicas that it needs; no scale-down of what has traffic or may get it back. */
export function capacityFirst(court: Court): Law {
  const floors = court.keepMap<string, number>();
  /** What passes saw of the live side of a release in the last seconds, oldest first. */
  const looks = court.keepMap<string, readonly Look[]>();
  const lastTraffic = court.keepMap<Slot, number>();
  const noteTraffic = (): void => {
    for (const slot of ["blue", "green"] as const)
      if (court.cluster.routeNames().some((name) => (court.cluster.shares(name)[serviceOf(slot)] ?? 0) > 0))
        lastTraffic.set(slot, court.cluster.sim.now());
  };
  const need = (share: number): number => {
    const active = court.active();
    const live = active?.status.frozen?.live ?? "none";
    const floor = Math.max(floors.get(active?.metadata.uid ?? "") ?? 0, court.seenReady(live));
    const whole = floor > 0 ? floor : (active?.status.frozen?.replicas ?? 1);
    return Math.max(1, Math.ceil((share * whole) / 100 - 1e-9));
  };
  return {
    onObserved(observed) {
      const active = observed.releases.find((r) => r.metadata.name === observed.plan.status?.activeRelease);
      const live = active?.status?.frozen?.live;
      if (active === undefined || live === undefined || active.status?.finishedAt !== undefined) return;
      const uid = active.metadata.uid ?? "";
      const asked = live === "blue" || live === "green" ? observed.slots[live].workloads : [];
      const desired = asked.reduce((sum, workload) => sum + workload.desired, 0);
      const raise = (to: number): void => void floors.set(uid, Math.max(floors.get(uid) ?? 0, to));
      raise(Math.min(court.seenReady(live), desired));
      const at = court.cluster.sim.now();
      const all = [...(looks.get(uid) ?? []), { at, ready: court.seenReady(live) }];
      const oldest = all.findLastIndex((look) => at - look.at >= LASTING_MS);
      const lasting = all.slice(Math.max(0, oldest));
      looks.set(uid, lasting);
      if (oldest >= 0) raise(Math.min(...lasting.map(({ ready }) => ready)));
    },
    onTraffic(kind, before, after) {
      noteTraffic();
      const frozen = court.active()?.status.frozen;
      if (kind !== "routes" || frozen === undefined || isRevert(after)) return;
      const service = serviceOf(frozen.slot);
      const [was, is] = [shareIn(before, service), shareIn(after, service)];
      if (is <= was || court.active()?.status.finishedAt !== undefined) return;
      const ready = court.seenReady(frozen.slot);
      court.demand(
        ready >= need(is),
        "law 3",
        () => `${frozen.slot} gets ${is} % with ${ready} of ${need(is)} replicas ready`,
      );
    },
    onScale(slot, workloads) {
      const lowers = workloads.some(
        (w) => w.replicas !== undefined && w.replicas < court.cluster.slots.desired(slot),
      );
      if (!lowers) return;
      const active = court.plan()?.status?.activeRelease;
      // Waking a candidate that an autoscaler has raised already is no harm: it has no traffic yet.
      const toNothing = workloads.some((w) => w.replicas === 0);
      const isCandidate = court.active()?.status.frozen?.slot === slot;
      court.demand(
        active === undefined || (isCandidate && !toNothing),
        "law 3",
        () => `${slot} is scaled down while ${active} is active`,
      );
      const seen = court.observed?.traffic.some((t) => (t.split[slot] ?? 0) > 0) ?? false;
      court.demand(!seen, "law 3", () => `${slot} is scaled down although it was seen with traffic`);
      if (!toNothing) return;
      const since = court.cluster.sim.now() - (lastTraffic.get(slot) ?? 0);
      court.demand(
        since >= DRAIN_MS,
        "law 3",
        () => `${slot} is scaled down ${since} ms after its last traffic`,
      );
    },
  };
}
