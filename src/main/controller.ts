import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { readDuration, seconds } from "../base/duration.ts";
import type { Instant } from "../base/instant.ts";
import type { ReconcilePorts } from "../controller/pass.ts";
import { ProgramReader } from "../controller/programs.ts";
import { reconcile } from "../controller/reconcile.ts";
import { KubeClient } from "../kube/client.ts";
import { loadCredentials } from "../kube/credentials.ts";
import { EventSink } from "../kube/events.ts";
import { Transport } from "../kube/transport.ts";
import { WorkQueue } from "../kube/work-queue.ts";
import type { Log } from "../ports/log.ts";
import type { PlanKey } from "../ports/world.ts";
import { serveHealth } from "../server/health.ts";
import { kubeLeases } from "../stacks/kube-lease.ts";
import { serviceAccountTokens } from "../stacks/kube-token.ts";
import { StackRunner } from "../stacks/runner.ts";
import type { StackMetrics } from "../stacks/runner-options.ts";
import { Telemetry } from "../telemetry/metrics.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import { EntrySelectors } from "../traffic/entry-service.ts";
import { HttpRouteRouter } from "../traffic/http-route.ts";
import { gatewayLookup, kubeAccess } from "../traffic/kube-access.ts";
import { KubeSegments } from "../world/segments.ts";
import { TYPES } from "../world/types.ts";
import { KubeWorld } from "../world/world.ts";
import { KubeWrites } from "../world/writes.ts";
import { addressPolicy } from "./address-policy.ts";
import { feedGate, outcomeOf, wakePlans } from "./connect.ts";
import { observeWith, pullFigures } from "./figures.ts";
import { makeGate } from "./gate.ts";
import type { Settings } from "./settings.ts";
import { stopInOrder } from "./stop.ts";

/** A running controller. */
export interface Controller {
  /** Port of the health server. */
  readonly port: number;
  /** Ends in an orderly way: no new passes, running ones and stack operations get their time. */
  stop(): Promise<void>;
}

const SYNC_DEADLINE = seconds(60);

/**
 * Composes the controller from its parts and starts it. `wrap` puts something between it and the world, for tests
 * that compose the process with faults in it. @throws when the API server can't be reached
 */
export async function startController(
  settings: Settings,
  version: string,
  log: Log,
  wrap: (ports: ReconcilePorts) => ReconcilePorts = (ports) => ports,
): Promise<Controller> {
  const clock = systemClock;
  const telemetry = new Telemetry();
  const identity = `${hostname()}-${randomUUID().slice(0, 8)}`;
  const credentials = loadCredentials(settings);
  const transport = new Transport({
    credentials,
    clock,
    metrics: telemetry.kube,
    userAgent: `bascule/${version}`,
  });
  const client = new KubeClient(transport, { fieldManager: "bascule" });
  const now = (): Instant => transport.serverClock.now() ?? clock.now();
  const world = new KubeWorld({ client, clock, log, metrics: telemetry.kube });
  const reporter = { controller: "bascule.dev/controller", instance: identity };
  const events = new EventSink({ client, clock, reporter, log, metrics: telemetry.kube });
  const stacks = makeStacks(settings, client, credentials, identity, log, telemetry.releases);
  const addresses = await addressPolicy(settings, credentials.server, world);
  const gate = makeGate({ settings, client, world, addresses, telemetry, now, version, log });
  const segments = new KubeSegments(client, now);
  const access = { client, deadline: seconds(5) };
  const { services, routes, gateways, gatewayClasses } = world.reflectors;
  const queue = new WorkQueue<PlanKey>({
    clock,
    now,
    log,
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
  wakePlans(world, queue, { stacks, gate, segments });
  let stopping = false;
  const health = await serveHealth({
    ...address(settings.listen),
    unready: () => (stopping ? ["the controller is stopping"] : unready(world, settings)),
    metrics: async () => ({ type: telemetry.registry.contentType, text: await telemetry.registry.metrics() }),
  });
  pullFigures(telemetry, world, queue);
  world.group.start();
  if (!(await world.group.whenSynced(SYNC_DEADLINE))) {
    log.warn({ unsynced: world.group.unsynced }, "some resources could not be listed yet; waiting for them");
    while (!(await world.group.whenSynced(SYNC_DEADLINE)))
      log.warn({ unsynced: world.group.unsynced }, "still waiting");
  }
  const unfeed = feedGate(world, gate);
  queue.start(async (key) => outcomeOf(await reconcile(ports, key), now));
  log.info({ identity, version, listen: health.port }, "controller started");
  return {
    port: health.port,
    async stop() {
      stopping = true;
      unfeed();
      await stopInOrder({ queue, stacks, gate, events, world: world.group, health, transport, clock }, log);
    },
  };
}

function makeStacks(
  settings: Settings,
  client: KubeClient,
  credentials: ReturnType<typeof loadCredentials>,
  identity: string,
  log: Log,
  metrics: StackMetrics,
): StackRunner {
  const namespace = settings.namespace ?? credentials.namespace;
  return new StackRunner({
    clock: systemClock,
    log,
    metrics,
    paths: {
      pulumi: settings.pulumi,
      home: settings.home,
      passphraseFile: settings.passphraseFile,
      ...(settings.provider === undefined ? {} : { providerFolder: settings.provider }),
      ...(settings.backend === undefined ? {} : { backend: settings.backend }),
    },
    programFolders: settings.programs,
    acquireLease: kubeLeases({ client, clock: systemClock, log, namespace, identity }),
    token: async (account) => {
      const { ca } = (await credentials.access()).tls;
      const address = { server: credentials.server, ...(ca === undefined ? {} : { ca: ca.toString() }) };
      return serviceAccountTokens(client, address)(account);
    },
    workers: settings.stackWorkers,
  });
}

function unready(world: KubeWorld, settings: Settings): readonly string[] {
  const limit = readDuration(settings.staleAfter);
  return [
    ...world.group.unsynced.map((name) => `${name}: not listed yet`),
    ...world.group.silentFor(limit).map((name) => `${name}: no sign of life for ${settings.staleAfter}`),
  ];
}

function address(listen: string): { readonly host: string; readonly port: number } {
  const colon = listen.lastIndexOf(":");
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return { host: host || "127.0.0.1", port: Number(listen.slice(colon + 1)) };
}
