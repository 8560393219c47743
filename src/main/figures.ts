import type { KubeObject } from "../api/object.ts";
import type { ReleaseStatus } from "../api/release.ts";
import { EVERYTHING } from "../base/weight.ts";
import type { ReconcileObserver } from "../controller/pass.ts";
import { isFinal } from "../core/plan/phases.ts";
import type { WorkQueue } from "../kube/work-queue.ts";
import type { PlanKey } from "../ports/world.ts";
import type { Telemetry } from "../telemetry/metrics.ts";
import type { KubeWorld } from "../world/world.ts";

type WithStatus = KubeObject & {
  readonly spec?: { readonly planRef?: { readonly name?: string } };
  readonly status?: ReleaseStatus;
};

/** What passes tell, for the metrics. */
export const observeWith = (telemetry: Telemetry): ReconcileObserver => ({
  decided: (_key, decision) => telemetry.decided(decision),
  progressed: (_key, progress) => telemetry.releases.progressed(progress),
  executed: (_key, intents) => telemetry.executed(intents),
  failed: (_key, intent, kind) => telemetry.failed(intent, kind),
});

/** Connects the figures that are read at each scrape with where they stand. */
export function pullFigures(
  telemetry: Telemetry,
  world: Pick<KubeWorld, "reflectors">,
  queue: Pick<WorkQueue<PlanKey>, "stats">,
): void {
  const releases = (): readonly WithStatus[] =>
    world.reflectors.releases.store.list() as readonly WithStatus[];
  telemetry.pull({
    watchSilence: () =>
      Object.fromEntries(Object.values(world.reflectors).map((r) => [r.name, r.silence / 1_000])),
    queue: () => {
      const { ready, running, oldest } = queue.stats;
      return { ready, running, oldestSeconds: oldest / 1_000 };
    },
    releases: () => {
      const counts: Record<string, number> = {};
      for (const { status } of releases()) {
        const phase = status?.phase ?? "Pending";
        counts[phase] = (counts[phase] ?? 0) + 1;
      }
      return counts;
    },
    candidates: () => releases().flatMap(candidateOf),
  });
}

/** The candidate of a release that is on its way; once a revert is in force it has nothing. */
function candidateOf({ metadata, spec, status }: WithStatus) {
  if (status?.frozen === undefined || status.slot === undefined || isFinal(status.phase)) return [];
  const back = status.ending?.inForceAt !== undefined && status.ending.backTo !== status.slot;
  const share = back ? 0 : (status.split?.[status.slot] ?? 0) / EVERYTHING;
  return [{ namespace: metadata.namespace ?? "", plan: spec?.planRef?.name ?? "", share }];
}
