import type { ReleaseStatus } from "../../../../src/api/release.ts";
import { releasePlanStatus } from "../../../../src/api/release-plan.ts";
import type { Result } from "../../../../src/base/result.ts";
import { readReleaseStatus } from "../../../../src/controller/read-objects.ts";
import { journalIsWhole } from "../../../../src/core/plan/journal.ts";
import { isFinal } from "../../../../src/core/plan/phases.ts";
import { type Court, type Law, RUNNING } from "./law.ts";

const problemOf = (read: Result<unknown, string>): string | undefined => (read.ok ? undefined : read.error);

const MOST_BYTES = 64 * 1024;

/** The record: bounded, whole, never rewritten; one release at a time, and each name once. */
export function recordIsSound(court: Court): Law {
  const counts = court.keepMap<string, number>();
  const ended = court.keepMap<string, string>();
  const started = court.keepMap<string, string>();
  return {
    onStatus(kind, name, raw) {
      const bytes = Buffer.byteLength(JSON.stringify(raw));
      court.demand(bytes <= MOST_BYTES, "size", () => `the status of ${name} has ${bytes} bytes`);
      const problem =
        kind === "plans"
          ? releasePlanStatus.safeParse(raw).error?.message
          : problemOf(readReleaseStatus(raw));
      court.demand(problem === undefined, "schema", () => `the status of ${name}: ${problem}`);
      if (kind === "plans") return;
      const status = raw as ReleaseStatus;
      const uid = court.release(name)?.metadata.uid ?? name;
      const { journal, phase } = status;
      court.demand(
        journal === undefined || journalIsWhole(journal),
        "journal",
        () => `${name}: broken chain`,
      );
      court.demand(
        (journal?.count ?? 0) >= (counts.get(uid) ?? 0),
        "journal",
        () => `${name}: entries were lost`,
      );
      counts.set(uid, journal?.count ?? 0);
      const former = ended.get(uid);
      court.demand(
        former === undefined || former === phase,
        "final",
        () => `${name} goes from ${former} to ${phase}`,
      );
      if (isFinal(phase)) ended.set(uid, phase ?? "");
      if (status.frozen !== undefined) {
        // A plan made anew knows nothing of the runs of the one before.
        const key = `${court.plan()?.metadata.uid}/${name}`;
        const runner = started.get(key) ?? uid;
        court.demand(runner === uid, "once", () => `the name ${name} runs for the second time`);
        started.set(key, runner);
      }
      const running = court.cluster.store
        .list("releases")
        .filter((r) => RUNNING.has((r.status as ReleaseStatus | undefined)?.phase))
        .map((r) => r.metadata.name);
      court.demand(running.length <= 1, "one", () => `${running.join(" and ")} run at the same time`);
    },
  };
}
