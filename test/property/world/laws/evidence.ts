import type { VerificationSpec } from "../../../../src/api/verification.ts";
import { readDuration } from "../../../../src/base/duration.ts";
import { type Instant, plus, readInstant } from "../../../../src/base/instant.ts";
import { readWeight } from "../../../../src/base/weight.ts";
import { type Court, type Law, serviceOf } from "./law.ts";

/** A time through which every traffic object was seen to give the candidate this share, and accepted. */
interface InForce {
  /** Basis points. */
  readonly share: number;
  readonly since: Instant;
  readonly until: Instant;
}

const MOST = 50;

/**
 * Design §5: a check never reads samples from before its step's split was in force. The evidence of a step with
 * traffic begins within a time through which its share was seen in force, and after the gateway had settled.
 */
export function evidenceAfterTraffic(court: Court): Law {
  const spans = court.keepMap<string, readonly InForce[]>();
  /** The release and share that were in force when the controller looked last. */
  const now = court.keepMap<"now", { readonly uid: string; readonly share: number }>();
  return {
    onObserved(observed, at) {
      const active = observed.releases.find((r) => r.metadata.name === observed.plan.status?.activeRelease);
      const uid = active?.metadata.uid;
      const slot = active?.status?.frozen?.slot;
      const shares = new Set(observed.traffic.map((t) => (slot === undefined ? 0 : (t.split[slot] ?? 0))));
      const [share] = shares;
      const inForce = shares.size === 1 && observed.traffic.every((t) => t.accepted && !t.mixed);
      if (uid === undefined || share === undefined || !inForce) {
        now.delete("now");
        return;
      }
      const before = spans.get(uid) ?? [];
      const last = before.at(-1);
      const goesOn = now.get("now")?.uid === uid && now.get("now")?.share === share;
      now.set("now", { uid, share });
      if (goesOn && last !== undefined) spans.set(uid, [...before.slice(0, -1), { ...last, until: at }]);
      else spans.set(uid, [...before, { share, since: at, until: at }].slice(-MOST));
    },
    onVerification(name, spec) {
      const { releaseRef, target, from = "" } = spec as VerificationSpec;
      const release = court.release(releaseRef?.name);
      const frozen = release?.status?.frozen;
      const share = target?.share === undefined ? 0 : readWeight(target.share);
      if (frozen === undefined || frozen.targets.length === 0 || share === 0) return;
      if (target.service !== serviceOf(frozen.slot)) return;
      const begin = readInstant(from);
      const settle = readDuration(frozen.timing.settle);
      const known = spans.get(release?.metadata.uid ?? "") ?? [];
      const holds = known.some(
        (span) =>
          begin !== undefined &&
          span.share === share &&
          begin >= plus(span.since, settle) &&
          begin <= span.until,
      );
      court.demand(
        holds,
        "evidence after traffic",
        () => `${name} reads from ${from}, but ${share} basis points were in force ${JSON.stringify(known)}`,
      );
    },
  };
}
