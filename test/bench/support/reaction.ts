import type { CheckResult } from "../../../src/api/verification.ts";
import { between, type Instant, readInstant } from "../../../src/base/instant.ts";
import type { World } from "../../e2e/world.ts";
import { KIND } from "../../lab/kinds.ts";

/** Where the time of an exposure went, in milliseconds after the first answer of the bad candidate. */
export interface Reaction {
  readonly firstFailure?: number;
  /** Evidence counts from here on: the split was in force. */
  readonly inForce?: number;
  readonly firstLook?: number;
  readonly verdict?: number;
  /** The route says 0 again, as a watch outside of the controller saw it. */
  readonly routeBack?: number;
  readonly lastAnswer: number;
}

interface Bad {
  readonly release: string;
  readonly version: string;
  readonly step: string;
  /** Service of the slot that the candidate had. */
  readonly service: string;
  readonly from: Instant;
  readonly first: Instant;
  readonly last: Instant;
}

/** Measures one release that was reverted. */
export async function measureReaction(world: World, bad: Bad): Promise<Reaction> {
  const { release, version, step, service, from, first, last } = bad;
  const since = (at: Instant | undefined): number | undefined => at && Math.round(between(first, at));
  const failed = world.load.answers
    .within({ from })
    .find((shot) => shot.version === version && shot.status >= 500);
  const result = await failedResult(world, `${release}-${step}`);
  const shares = world.observer.log(from).flatMap((seen) => (seen.kind === "route" ? [seen] : []));
  const forward = shares.findIndex((seen) => (seen.shares[service] ?? 0) > 0);
  const back = shares.slice(forward + 1).find((seen) => (seen.shares[service] ?? 0) === 0);
  const parts = {
    firstFailure: failed && since((failed.due + failed.latency) as Instant),
    inForce: since(readInstant(result?.windowStart ?? "")),
    firstLook: since(readInstant(result?.startedAt ?? "")),
    verdict: since(readInstant(result?.finishedAt ?? "")),
    routeBack: since(back?.at),
  };
  const known = Object.fromEntries(Object.entries(parts).filter(([, at]) => at !== undefined));
  return { ...known, lastAnswer: since(last) ?? 0 };
}

async function failedResult(world: World, verification: string): Promise<CheckResult | undefined> {
  const all = await world.objects.list(KIND.verification, world.shop.namespace);
  const results = all.find(({ metadata }) => metadata.name === verification)?.status?.results;
  return (results as readonly CheckResult[] | undefined)?.find(({ verdict }) => verdict === "failed");
}
