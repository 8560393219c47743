import { never } from "../base/never.ts";
import { ok, type Result } from "../base/result.ts";
import { PLAN_FINALIZER } from "../core/plan/guard-plan.ts";
import type { Intent } from "../core/plan/intents.ts";
import { RELEASE_FINALIZER } from "../core/plan/objects.ts";
import type { Segments } from "../ports/segments.ts";
import type { Stacks } from "../ports/stacks.ts";
import type { EntryServices, TrafficError, TrafficRouter } from "../ports/traffic-router.ts";
import { type PlanKey, splitPlanKey } from "../ports/world.ts";
import type { WriteFailure, Writes } from "../ports/writes.ts";

export interface ExecutePorts {
  readonly stacks: Stacks;
  readonly router: TrafficRouter;
  readonly entries: EntryServices;
  readonly writes: Writes;
  readonly segments: Segments;
}

export type Failure = { readonly intent: Intent; readonly error: TrafficError | WriteFailure };

/** Carries intents out side by side; none waits for another. What failed is asked for again by the next pass. */
export async function execute(
  ports: ExecutePorts,
  key: PlanKey,
  intents: readonly Intent[],
): Promise<readonly Failure[]> {
  const answers = await Promise.all(
    intents.map(async (intent) => ({ intent, answer: await carryOut(ports, key, intent) })),
  );
  return answers.flatMap(({ intent, answer }) => (answer.ok ? [] : [{ intent, error: answer.error }]));
}

type Answer = Result<void, TrafficError | WriteFailure>;

async function carryOut(ports: ExecutePorts, key: PlanKey, intent: Intent): Promise<Answer> {
  const { namespace, name: plan } = splitPlanKey(key);
  const { writes, router, entries, stacks, segments } = ports;
  switch (intent.kind) {
    case "stack":
      stacks.ensure(intent.request);
      return ok(undefined);
    case "cancelStack":
      stacks.cancel(intent.key);
      return ok(undefined);
    case "shift":
      return router.shift({ ...intent.write, resourceVersion: intent.resourceVersion });
    case "revert":
      return router.revert(intent.write);
    case "select": {
      const { service, slot, run, reverts } = intent;
      return entries.select({
        namespace,
        service,
        plan,
        slot,
        ...(run === undefined ? {} : { run }),
        ...(reverts === undefined ? {} : { reverts }),
      });
    }
    case "takeOver": {
      const { service, slot, pods } = intent;
      return entries.takeOver({ namespace, service, plan, slot, pods });
    }
    case "scale":
      return writes.scale(key, intent.slot, intent.workloads);
    case "verify":
      return writes.createVerification(key, intent);
    case "endVerification":
      return writes.endVerification(namespace, intent.name);
    case "endChecks":
      return writes.endChecks(namespace, intent.name, intent.checks);
    case "createRelease":
      return writes.createRelease(key, intent);
    case "deleteRelease":
      return writes.deleteRelease(namespace, intent.name);
    case "storeSegment":
      // How it went is news of its own: a journal that waits must not delay the release.
      await segments.store(intent.segment);
      return ok(undefined);
    case "addFinalizer":
    case "removeFinalizer": {
      const finalizer = intent.object === "plan" ? PLAN_FINALIZER : RELEASE_FINALIZER;
      const object = { kind: intent.object, namespace, name: intent.name };
      return writes.setFinalizer(object, finalizer, intent.kind === "addFinalizer");
    }
    default:
      throw never(intent, "intent");
  }
}
