import { MARK } from "../../../../src/api/object.ts";
import { PLAN } from "../cluster.ts";
import type { WorldEnd } from "../judge-end.ts";
import type { Stored } from "../store.ts";
import { shareIn } from "./capacity.ts";
import { type Court, type Law, serviceOf } from "./law.ts";

const SLOTS = ["blue", "green"] as const;

/**
 * A deletion takes nothing from anybody: what is given back was written down, serves as before, and nothing is removed
 * that was seen with traffic; in a terminating namespace only finalizers are written.
 */
export function deletionIsGentle(court: Court): Law {
  return {
    onDecided(decision) {
      const { observed } = court;
      if (observed?.namespaceTerminating !== true) return;
      const others = [...decision.first, ...decision.intents].filter((i) => i.kind !== "removeFinalizer");
      court.demand(others.length === 0, "deletion", () => `${others[0]?.kind} in a terminating namespace`);
    },
    onStatus() {
      const seen = court.observed?.namespaceTerminating === true;
      court.demand(!seen, "deletion", () => "a status is written in a terminating namespace");
    },
    onTraffic(kind, before, after) {
      if (kind !== "routes" || after.metadata.annotations?.[MARK.run] !== undefined) return;
      if (before.metadata.annotations?.[MARK.run] === undefined) return;
      const { deletion } = court.plan()?.status ?? {};
      court.demand(
        deletion?.handingBack !== undefined,
        "deletion",
        () => "a route is given back before that is stored",
      );
      for (const slot of SLOTS) {
        const [was, is] = [shareIn(before, serviceOf(slot)), shareIn(after, serviceOf(slot))];
        const lost = is < was && court.seenReady(slot) > 0;
        court.demand(
          !lost,
          "deletion",
          () => `giving ${after.metadata.name} back takes ${was - is} % from ${slot}`,
        );
      }
    },
    onStackEffect(slot, operation) {
      if (operation !== "destroy" || court.plan()?.spec.deletionPolicy !== "Orphan") return;
      const { liveSlot } = court.plan()?.status ?? {};
      court.demand(liveSlot !== slot, "deletion", () => `${slot} is destroyed, which is live`);
    },
  };
}

/** The plan has been deleted and is gone: what served still does, without a trace of ours, or nothing is left. */
export function judgeDeleted({ cluster, plan }: WorldEnd, court: Court): void {
  const live = plan.liveSlot ?? "none";
  const isKept = (live === "blue" || live === "green") && cluster.lastPolicy === "Orphan";
  const demand = (holds: boolean, what: () => string): void => court.demand(holds, "deleted", what);
  for (const slot of SLOTS) {
    const isThere = cluster.slots.release(slot) !== undefined;
    const stays = isKept && slot === live;
    demand(isThere === stays, () => `${slot} ${isThere ? "is still there" : "is gone"}; live was ${live}`);
    for (const name of cluster.routeNames()) {
      const refs = refsOf(cluster.store.get("routes", name));
      const isNamed = refs.includes(serviceOf(slot));
      demand(stays || !isNamed, () => `${name} still names ${serviceOf(slot)}`);
    }
  }
  for (const name of cluster.routeNames()) {
    const annotations = cluster.store.get("routes", name)?.metadata.annotations ?? {};
    demand(annotations[MARK.run] === undefined, () => `${name} keeps the mark ${annotations[MARK.run]}`);
  }
  const entry = cluster.store.get("services", `${PLAN}-blue`) !== undefined;
  demand(
    entry === isKept || live === "none",
    () => `the entry's Services are ${entry ? "still there" : "gone"}`,
  );
}

/** The namespace is on its way out: nothing in it is kept. */
export function judgeEmptied({ releases, isPlanGone }: WorldEnd, court: Court): void {
  const kept = Object.values(releases).filter((r) => r.metadata.deletionTimestamp !== undefined);
  court.demand(isPlanGone, "deleted", () => "the plan keeps the namespace");
  court.demand(kept.length === 0, "deleted", () => `${kept[0]?.metadata.name} keeps the namespace`);
}

const refsOf = (route: Stored | undefined): readonly string[] =>
  ((route?.spec as { rules?: { backendRefs?: { name: string }[] }[] } | undefined)?.rules ?? []).flatMap(
    (rule) => (rule.backendRefs ?? []).map((ref) => ref.name),
  );
