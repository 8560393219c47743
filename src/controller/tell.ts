import type { Decision } from "../core/plan/decision.ts";
import type { Intent } from "../core/plan/intents.ts";
import type { Progress } from "../core/plan/progress.ts";
import type { PlanKey } from "../ports/world.ts";
import type { Failure } from "./execute.ts";
import type { ReconcilePorts } from "./pass.ts";

/** Log and metrics of what releases went through, once it is stored. */
export function tellProgress(ports: ReconcilePorts, key: PlanKey, progress: readonly Progress[]): void {
  if (progress.length === 0) return;
  ports.observer?.progressed(key, progress);
  for (const { release, entry } of progress) {
    const { from, to, reason, by } = entry;
    const [phase, step] = to.split("/");
    ports.log.info(
      { plan: key, release, phase, step, from, reason, by, detail: entry.message },
      "a release went on",
    );
  }
}

/** Log and metrics of intents that were carried out, or tried. */
export function tellIntents(
  ports: ReconcilePorts,
  key: PlanKey,
  decision: Decision,
  intents: readonly Intent[],
  failures: readonly Failure[],
): void {
  ports.observer?.executed(key, intents);
  const release = decision.plan.activeRelease;
  const step = release === undefined ? undefined : decision.releases[release]?.step;
  const failed = new Map(failures.map(({ intent, error }) => [intent, error]));
  for (const intent of intents) {
    const fields = { plan: key, release, step, intent: intent.kind, key: intent.key };
    const error = failed.get(intent);
    if (error === undefined) ports.log.debug(fields, "an intent was carried out");
    else {
      ports.observer?.failed(key, intent.kind, error.kind);
      ports.log.warn({ ...fields, kind: error.kind, reason: error.message }, "an intent failed");
    }
  }
}
