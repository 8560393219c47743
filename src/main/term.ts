import { seconds } from "../base/duration.ts";
import { ProgramReader } from "../controller/programs.ts";
import { reconcile } from "../controller/reconcile.ts";
import { KubeClient } from "../kube/client.ts";
import { EventSink } from "../kube/events.ts";
import type { Fence } from "../kube/fence.ts";
import { WorkQueue } from "../kube/work-queue.ts";
import type { PlanKey } from "../ports/world.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import { EntrySelectors } from "../traffic/entry-service.ts";
import { HttpRouteRouter } from "../traffic/http-route.ts";
import { gatewayLookup, kubeAccess } from "../traffic/kube-access.ts";
import { KubeSegments } from "../world/segments.ts";
import { TYPES } from "../world/types.ts";
import { KubeWrites } from "../world/writes.ts";
import type { Base } from "./base.ts";
import { feedGate, outcomeOf, wakePlans } from "./connect.ts";
import type { Term } from "./election.ts";
import { observeWith } from "./figures.ts";
import { makeGate } from "./gate.ts";
import { isMine } from "./ownership.ts";
import { makeStacks } from "./stacks.ts";
import { sweepStates } from "./states.ts";
import { abandonWork, endWork } from "./stop.ts";

/** A term of office with what metrics show of it. */
export interface RunningTerm extends Term {
  readonly queue: Pick<WorkQueue<PlanKey>, "stats">;
}

const clock = systemClock;

/** Starts to act: looks at every plan from what is stored, and goes on wherever a predecessor has come to. */
export function startTerm(base: Base, fence: Fence | undefined): RunningTerm {
  const { settings, version, log, telemetry, world, addresses, identity, now, wrap } = base;
  const transport = fence === undefined ? base.transport : base.transport.fenced(fence);
  const client = new KubeClient(transport, { fieldManager: "bascule" });
  const reporter = { controller: "bascule.dev/controller", instance: identity };
  const events = new EventSink({ client, clock, reporter, log, metrics: telemetry.kube });
  const stacks = makeStacks(base, client, fence);
  const gate = makeGate({ settings, client, world, addresses, telemetry, now, version, log });
  const segments = new KubeSegments(client, now);
  const access = { client, deadline: seconds(5) };
  const { services, routes, gateways, gatewayClasses } = world.reflectors;
  const queue = new WorkQueue<PlanKey>({
    ...{ clock, now, log },
    metrics: telemetry.kube,
    workers: settings.workers,
  });
  const programs = new ProgramReader({
    stacks,
    monotonic: clock.monotonic,
    onNews: (key) => queue.add(key, { resetBackoff: true }),
  });
  const ports = wrap({
    world,
    stacks,
    programs: (key, name, values) => programs.read(key, name, values),
    router: new HttpRouteRouter(
      kubeAccess(TYPES.routes, routes.store, access),
      gatewayLookup(gateways.store, gatewayClasses.store),
    ),
    entries: new EntrySelectors(kubeAccess(TYPES.services, services.store, access)),
    writes: new KubeWrites(client, world, events),
    segments,
    results: (uid) => gate.results(uid),
    now,
    log,
    observer: observeWith(telemetry),
  });
  const unwake = wakePlans(world, queue, { stacks, gate, segments }, isMine);
  const unfeed = feedGate(world, gate, isMine);
  queue.start(async (key) => outcomeOf(await reconcile(ports, key), now));
  const work = { queue, stacks, gate, events, clock };
  const endSweeps = sweepStates(base, client);
  const heedNothing = (): void => {
    unwake();
    unfeed();
    endSweeps();
  };
  return {
    queue,
    async end() {
      heedNothing();
      await endWork(work, log);
    },
    async abandon() {
      heedNothing();
      await abandonWork(work);
    },
  };
}
