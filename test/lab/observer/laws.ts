import { type Duration, milliseconds } from "../../../src/base/duration.ts";
import { type Instant, renderInstant } from "../../../src/base/instant.ts";
import { type Picture, replay, replicasFor, type Sides, serviceOfSide } from "./replay.ts";
import type { Sighting } from "./sighting.ts";

/** A law that was broken: which, when, and what was seen. */
export interface Breach {
  readonly law:
    | "traffic to the unready"
    | "capacity before traffic"
    | "live side touched"
    | "scaled under traffic";
  readonly at: Instant;
  readonly what: string;
}

/**
 * Watches of different kinds are not in step with each other: a state across two kinds counts only when it lasts.
 * What concerns one kind alone counts at once.
 */
const GRACE = milliseconds(700);

/** The laws of traffic that were broken in what the observer saw. `end`: when the observation ended. */
export function lawsBroken(log: readonly Sighting[], sides: Sides, end: Instant): readonly Breach[] {
  return [
    ...lasting(log, sides, end, "traffic to the unready", unready),
    ...lasting(log, sides, end, "capacity before traffic", belowCapacity),
    ...touched(log, sides),
    ...scaledDown(log, sides),
  ];
}

/** For messages of tests. */
export const renderBreach = ({ law, at, what }: Breach): string => `${renderInstant(at)} ${law}: ${what}`;

/** Services that get traffic and have nobody to answer. */
const unready = ({ shares, ready }: Picture): readonly string[] =>
  Object.entries(shares).flatMap(([service, share]) =>
    share > 0 && (ready[service] ?? 0) === 0 ? [`${service} gets ${share} % without a ready endpoint`] : [],
  );

/** The candidate gets a share that it has too few replicas for. */
function belowCapacity(picture: Picture, sides: Sides): readonly string[] {
  const { live, active, shares, ready, floor } = picture;
  if (live === undefined || active === undefined) return [];
  return ["blue", "green"]
    .filter((slot) => slot !== live)
    .flatMap((slot) => {
      const service = serviceOfSide(sides, slot);
      const share = shares[service] ?? 0;
      const need = Math.max(1, replicasFor(share, floor));
      const have = ready[service] ?? 0;
      return share > 0 && have < need ? [`${service} gets ${share} % with ${have} of ${need} replicas`] : [];
    });
}

function lasting(
  log: readonly Sighting[],
  sides: Sides,
  end: Instant,
  law: Breach["law"],
  find: (picture: Picture, sides: Sides) => readonly string[],
  grace: Duration = GRACE,
): readonly Breach[] {
  const since = new Map<string, Instant>();
  const breaches: Breach[] = [];
  const close = (what: string, from: Instant, to: Instant): void => {
    if (to - from > grace) breaches.push({ law, at: from, what: `${what} for ${Math.round(to - from)} ms` });
    since.delete(what);
  };
  for (const { after } of replay(log, sides)) {
    const now = new Set(find(after, sides));
    for (const [what, from] of since) if (!now.has(what)) close(what, from, after.at);
    for (const what of now) if (!since.has(what)) since.set(what, after.at);
  }
  for (const [what, from] of since) close(what, from, end);
  return breaches;
}

/** Changes of the live side's Deployment or pods; the user's own Deployment may never be changed. */
function touched(log: readonly Sighting[], sides: Sides): readonly Breach[] {
  const generations = new Map<string, number>();
  const gone = new Set<string>();
  const breaches: Breach[] = [];
  for (const { sighting, after } of replay(log, sides)) {
    if (sighting.kind !== "deployment" && sighting.kind !== "pod") continue;
    const { name, slot, at } = sighting;
    const live = slot === undefined ? true : slot === after.live;
    if (sighting.kind === "pod") {
      // Pods without slot are those of the user's own Service, while it is live, or of somebody else.
      if (slot === undefined && (sighting.app !== sides.adopted || after.live !== "adopted")) continue;
      if (live && sighting.leaving && !gone.has(name))
        breaches.push({ law: "live side touched", at, what: `pod ${name} of the live side leaves` });
      if (sighting.leaving) gone.add(name);
      continue;
    }
    const former = generations.get(name);
    if (live && former !== undefined && former !== sighting.generation)
      breaches.push({
        law: "live side touched",
        at,
        what: `Deployment ${name} went from generation ${former} to ${sighting.generation}`,
      });
    generations.set(name, sighting.generation);
  }
  return breaches;
}

/** Fewer replicas for a slot that gets traffic. */
function scaledDown(log: readonly Sighting[], sides: Sides): readonly Breach[] {
  const replicas = new Map<string, number>();
  const breaches: Breach[] = [];
  for (const { sighting, after } of replay(log, sides)) {
    if (sighting.kind !== "deployment" || sighting.slot === undefined) continue;
    const former = replicas.get(sighting.name) ?? 0;
    const share = after.shares[serviceOfSide(sides, sighting.slot)] ?? 0;
    if (share > 0 && sighting.replicas < former)
      breaches.push({
        law: "scaled under traffic",
        at: sighting.at,
        what: `${sighting.name} from ${former} to ${sighting.replicas} replicas at ${share} %`,
      });
    replicas.set(sighting.name, sighting.replicas);
  }
  return breaches;
}

/** The shares that a Service had, one after the other, without repetitions. */
export function sharesOf(log: readonly Sighting[], service: string): readonly number[] {
  const seen: number[] = [];
  for (const sighting of log) {
    if (sighting.kind !== "route") continue;
    const share = sighting.shares[service] ?? 0;
    if (seen.at(-1) !== share) seen.push(share);
  }
  return seen;
}
