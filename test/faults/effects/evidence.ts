/** What a run left behind, told in roles instead of colours and names, so that runs can be compared. */
import type { ReleaseStatus } from "../../../src/api/release.ts";
import type { Instant } from "../../../src/base/instant.ts";
import { journalIsWhole } from "../../../src/core/plan/journal.ts";
import { KIND } from "../../lab/kinds.ts";
import { SHOP } from "../../lab/shop.ts";
import type { Entry } from "../support/order.ts";
import { historyOf, isChanging } from "../support/pulumi-history.ts";
import type { Say } from "./inventory.ts";
import type { Role } from "./scenario.ts";
import type { Town } from "./town.ts";

/** A release as it ended. */
export interface ReleaseEvidence {
  readonly phase: string;
  /** `from → to: reason`, oldest first. */
  readonly journal: readonly string[];
  readonly journalIsWhole: boolean;
  readonly verifications: readonly string[];
  readonly intents: readonly unknown[];
}

export interface Evidence {
  readonly releases: Partial<Readonly<Record<Role, ReleaseEvidence | "gone">>>;
  /** Shares that the observer saw, one after the other. */
  readonly traffic: readonly string[];
  /** What is there at the end. */
  readonly end: readonly string[];
  /** Pulumi operations that changed something, by the stack's part. */
  readonly changing: Readonly<Record<string, number>>;
  /** Pulumi operations that a kill cut off, which have left no history, by the stack's part. */
  readonly cutOff: Readonly<Record<string, number>>;
}

export interface Ran {
  readonly town: Town;
  readonly from: Instant;
  readonly say: Say;
  readonly names: Readonly<Record<Role, string>>;
}

/** `end`: what is there, which the caller has waited for. */
export async function evidenceOf(
  ran: Ran,
  roles: readonly Role[],
  end: readonly string[],
): Promise<Evidence> {
  const releases: Partial<Record<Role, ReleaseEvidence | "gone">> = {};
  for (const role of roles) releases[role] = await releaseOf(ran, ran.names[role]);
  const prefix = `${ran.town.namespace}.${SHOP}.`;
  const partOf = (stack: string): string | undefined =>
    stack.startsWith(prefix) ? ran.say(stack.slice(prefix.length)) : undefined;
  const history = historyOf(ran.town.lane.controller.home, ran.from);
  const changing = countBy(history.filter(isChanging).map(({ stack }) => partOf(stack)));
  const cutOff = countBy(cutOffIn(ran.town.lane.orders.entries(ran.from)).map(partOf));
  return { releases, traffic: trafficOf(ran), end, changing, cutOff };
}

async function releaseOf({ town }: Ran, name: string): Promise<ReleaseEvidence | "gone"> {
  const { objects } = town.lane;
  const { namespace } = town;
  const release = await objects.find(KIND.release, { name, namespace });
  if (release === undefined) return "gone";
  const status = release.status as ReleaseStatus;
  const verifications = await objects.list(KIND.verification, namespace);
  return {
    phase: status.phase ?? "",
    journal: (status.journal?.entries ?? []).map((e) => `${e.from} → ${e.to}: ${e.reason}`),
    journalIsWhole: status.journal !== undefined && journalIsWhole(status.journal),
    verifications: verifications
      .filter((v) => v.spec.releaseRef?.name === name)
      .map((v) => v.metadata.name.replace(name, ""))
      .sort(),
    intents: status.intents ?? [],
  };
}

/** The splits of the route, repetitions apart. */
function trafficOf({ town, from, say }: Ran): readonly string[] {
  const seen: string[] = [];
  for (const sighting of town.observer.log(from)) {
    if (sighting.kind !== "route") continue;
    const sides = Object.entries(sighting.shares).map(([service, share]) => `${say(service)} ${share}`);
    const split = `${sighting.name}: ${sides.sort().join(", ")}`;
    if (seen.at(-1) !== split) seen.push(split);
  }
  return seen;
}

/** Stacks of the operations that a process began and did not live to see the end of. */
export function cutOffIn(entries: readonly Entry[]): readonly string[] {
  const open = new Map<string, string>();
  for (const { kind, stack, event, about, pid } of entries) {
    if (kind !== "stack" || stack === undefined) continue;
    const key = `${pid} ${stack} ${about}`;
    if (event === "begun") open.set(key, stack);
    else open.delete(key);
  }
  return [...open.values()];
}

function countBy(names: readonly (string | undefined)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
