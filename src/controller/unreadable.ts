import type { Condition } from "../api/common.ts";
import type { KubeObject } from "../api/object.ts";
import { sameJson } from "../base/json.ts";
import { setConditions } from "../core/plan/conditions.ts";
import { type PlanKey, splitPlanKey } from "../ports/world.ts";
import type { Unreadable } from "./gather.ts";
import type { ReconcilePorts } from "./pass.ts";
import { versionOf } from "./version-of.ts";

type Raw = KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } };

/**
 * Says at the objects themselves which field can't be read and what to do (design, law 9): as a condition, and as an
 * event for an object whose status the API server will not have either. What the status says otherwise stays.
 */
export async function tellUnreadable(
  ports: ReconcilePorts,
  key: PlanKey,
  all: readonly Unreadable[],
): Promise<void> {
  await Promise.all(all.map((found) => tell(ports, key, found)));
}

async function tell(ports: ReconcilePorts, key: PlanKey, found: Unreadable): Promise<void> {
  const { writes, log, now, world } = ports;
  const { namespace } = splitPlanKey(key);
  const { name, generation } = found.object.metadata;
  const reason = found.kind === "ReleasePlan" ? "PlanInvalid" : "ReleaseInvalid";
  const message = `${found.message}; correct the field, nothing is done for this object until then`.slice(
    0,
    1024,
  );
  log.error({ plan: key, kind: found.kind, name, problem: found.message }, "an object can't be read");
  if (world.namespaceTerminating(namespace)) return;
  const before = (found.object as Raw).status ?? {};
  const others = Array.isArray(before.conditions) ? before.conditions.filter((c) => !OURS.has(c.type)) : [];
  const states = setConditions(
    before.conditions,
    [
      { type: "Ready", status: "False", reason, message },
      { type: "Stalled", status: "True", reason, message },
    ],
    generation ?? 0,
    now(),
  );
  const status = { ...before, observedGeneration: generation ?? 0, conditions: [...others, ...states] };
  if (sameJson(status, before)) return;
  writes.publish(namespace, { about: { kind: found.kind, name }, type: "Warning", reason, message });
  const version = versionOf(found.object);
  const answer =
    found.kind === "ReleasePlan"
      ? await writes.planStatus(version, status)
      : await writes.releaseStatus(version, status);
  if (!answer.ok) {
    const { kind, message: detail } = answer.error;
    log.warn({ plan: key, name, kind, reason: detail }, "what can't be read could not be told in its status");
  }
}

const OURS: ReadonlySet<string> = new Set(["Ready", "Stalled", "Reconciling"]);
