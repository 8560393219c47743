import { MARK } from "../../../../src/api/object.ts";
import type { ReleaseStatus } from "../../../../src/api/release.ts";
import type { ReleasePlanStatus } from "../../../../src/api/release-plan.ts";
import { readWeight } from "../../../../src/base/weight.ts";
import { shareIn } from "./capacity.ts";
import { type Court, isTakingBack, type Law, serviceOf } from "./law.ts";

/** Law 5: every effect but a revert is named in a stored status before it happens. */
export function writtenFirst(court: Court): Law {
  const stored = court.keepSet<string>();
  const isStored = (key: string): boolean => stored.has(key);
  return {
    onStatus(kind, _name, raw) {
      if (kind === "plans") {
        const { adoption, deletion, removal, restoring } = raw as ReleasePlanStatus;
        if (adoption !== undefined) stored.add(`adoption/${adoption.service}`);
        for (const part of [deletion, removal, restoring])
          for (const intent of part?.intents ?? []) stored.add(intent.key);
        return;
      }
      for (const intent of (raw as ReleaseStatus).intents ?? []) stored.add(intent.key);
    },
    onEnsure(key) {
      court.demand(isStored(key), "law 5", () => `stack operation ${key} was not written down`);
    },
    onScale(slot) {
      const active = court.active();
      if (active === undefined) return; // the retirement follows from the stored plan status
      const known = [...stored].some((k) => k.startsWith(`${active.metadata.uid}/scale/`));
      court.demand(known, "law 5", () => `scaling ${slot} was not written down`);
    },
    onVerification(name) {
      if (/-retire-\d+$/.test(name)) return; // like the retirement, it follows from the stored plan status
      const known = [...stored].some((k) => k.endsWith(`/verify/${name}`));
      court.demand(known, "law 5", () => `Verification ${name} was not written down`);
    },
    onTraffic(kind, before, after) {
      const { annotations, name } = after.metadata;
      if (annotations?.[MARK.entry] !== before.metadata.annotations?.[MARK.entry])
        court.demand(
          isStored(`adoption/${name}`),
          "law 5",
          () => `${name} became an entry without being written down`,
        );
      const run = annotations?.[MARK.run];
      if (run === undefined || annotations?.[MARK.reverted] === run) return;
      const uid = run.split("/")[0];
      if (kind === "services") {
        if (before.metadata.annotations?.[MARK.run] === run) return;
        court.demand(
          isStored(`${uid}/select/entry/${after.metadata.name}`),
          "law 5",
          () => `the entry moved without being written down`,
        );
        return;
      }
      const active = court.active();
      const frozen = active?.metadata.uid === uid ? active?.status.frozen : undefined;
      if (frozen === undefined || active?.status.finishedAt !== undefined) return;
      const share = shareIn(after, serviceOf(frozen.slot));
      const named = [...stored].some((key) => {
        const [owner, what, step, , target] = key.split("/");
        if (owner !== uid || what !== "shift" || target !== after.metadata.name) return false;
        return share === 0 || readWeight(frozen.steps[Number(step)]?.weight ?? 0) === Math.round(share * 100);
      });
      court.demand(named, "law 5", () => `the shift to ${share} % was not written down`);
    },
  };
}

/** The candidate's share never exceeds its step's, and never rises once the release is being taken back. */
export function weightFollowsStep(court: Court): Law {
  return {
    onTraffic(kind, before, after) {
      const active = court.active();
      const frozen = active?.status.frozen;
      if (kind !== "routes" || active === undefined || frozen === undefined) return;
      const { phase, position, finishedAt } = active.status;
      if (finishedAt !== undefined) return;
      const service = serviceOf(frozen.slot);
      const [was, is] = [shareIn(before, service), shareIn(after, service)];
      const onlyCandidateServes = court.seenReady(frozen.live) === 0 && court.seenReady(frozen.slot) > 0;
      if (onlyCandidateServes && after.metadata.annotations?.[MARK.reverted] !== undefined) return;
      if (isTakingBack(phase))
        court.demand(
          is <= was,
          "reverting",
          () => `the candidate rises from ${was} to ${is} % while it is taken back`,
        );
      const step = frozen.steps[position?.step ?? 0];
      const limit = readWeight(step?.weight ?? 0) / 100;
      court.demand(
        is <= Math.max(limit, was) + 1e-9,
        "step",
        () => `${is} % are more than the ${limit} % of ${step?.name}`,
      );
    },
  };
}
