import type { Release, ReleaseStatus } from "../../api/release.ts";
import type { ReleasePlanStatus } from "../../api/release-plan.ts";
import { minutes } from "../../base/duration.ts";
import { between, type Instant, readInstant, renderInstant } from "../../base/instant.ts";
import type { Observed } from "./observed.ts";
import { isFinal, phaseOf } from "./phases.ts";

/** Pauses that are decided end within half a minute, and clocks of API servers differ by seconds. */
const AHEAD = minutes(1);

/**
 * The observation with no time in it from which something is waited for and that lies ahead. Such times are left by a
 * clock that was put back: whoever began to reckon with it before goes on steadily, but a successor would wait until
 * the time has come again. He begins the wait anew instead, which is longer than it had to be and never shorter.
 */
export function withoutFuture(observed: Observed, now: Instant): Observed {
  const plan = planStatus(observed.plan.status, now);
  const releases = observed.releases.map((release) => withTimes(release, now));
  const same = plan === observed.plan.status && releases.every((r, i) => r === observed.releases[i]);
  if (same) return observed;
  return { ...observed, releases, plan: plan ? { ...observed.plan, status: plan } : observed.plan };
}

/** What has ended is history, and stays as it was told. */
function withTimes(release: Release, now: Instant): Release {
  if (release.status === undefined || isFinal(phaseOf(release))) return release;
  const status = releaseStatus(release.status, now);
  return status === release.status ? release : { ...release, status };
}

function releaseStatus(status: ReleaseStatus, now: Instant): ReleaseStatus {
  const { position, ending, hold, intents } = status;
  const brought = {
    ...changed("position", position, ["since", "acceptedAt", "inForceAt", "waitingSince"], now),
    ...changed("ending", ending, ["since", "inForceAt"], now),
    ...changed("hold", hold, ["since"], now),
  };
  const tries = intents?.map((intent) => bring(intent, ["since", "notBefore"], now));
  const retried = tries?.some((t, i) => t !== intents?.[i]) === true;
  if (!retried && Object.keys(brought).length === 0) return status;
  return { ...status, ...brought, ...(retried ? { intents: tries } : {}) };
}

function planStatus(status: ReleasePlanStatus | undefined, now: Instant): ReleasePlanStatus | undefined {
  if (status === undefined) return undefined;
  const top = bring(status, ["idleSince"], now);
  const times = ["since", "restSince", "handingBack", "handedBack"] as const;
  const brought = {
    ...changed("deletion", top.deletion, times, now),
    ...changed("restoring", top.restoring, ["doneAt"], now),
  };
  return Object.keys(brought).length === 0 ? top : { ...top, ...brought };
}

/** The member with its times brought back; nothing where it has none that lies ahead. */
function changed<N extends string, T extends object>(
  name: N,
  part: T | undefined,
  times: readonly (keyof T)[],
  now: Instant,
): { readonly [K in N]?: T } {
  const brought = part && bring(part, times, now);
  return brought === part ? {} : ({ [name]: brought } as { readonly [K in N]?: T });
}

/** The object itself where no time of it lies ahead. */
function bring<T extends object>(object: T, times: readonly (keyof T)[], now: Instant): T {
  const ahead = times.filter((time) => isAhead(object[time], now));
  if (ahead.length === 0) return object;
  return { ...object, ...Object.fromEntries(ahead.map((time) => [time, renderInstant(now)])) };
}

function isAhead(text: unknown, now: Instant): boolean {
  const time = typeof text === "string" ? readInstant(text) : undefined;
  return time !== undefined && between(now, time) > AHEAD;
}
