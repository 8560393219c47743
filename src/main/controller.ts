import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { readDuration, seconds } from "../base/duration.ts";
import type { Instant } from "../base/instant.ts";
import type { ReconcilePorts } from "../controller/pass.ts";
import { KubeClient } from "../kube/client.ts";
import { loadCredentials } from "../kube/credentials.ts";
import { READ_ONLY } from "../kube/fence.ts";
import { Transport } from "../kube/transport.ts";
import type { Log } from "../ports/log.ts";
import { serveHealth } from "../server/health.ts";
import { prepareHome } from "../stacks/environment.ts";
import { Telemetry } from "../telemetry/metrics.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import { KubeWorld } from "../world/world.ts";
import { addressPolicy } from "./address-policy.ts";
import { pullFigures } from "./figures.ts";
import { lead } from "./lead.ts";
import type { Settings } from "./settings.ts";
import { stackPaths } from "./stacks.ts";
import { stopInOrder } from "./stop.ts";
import { toldEndpoints } from "./told-endpoints.ts";
import { versionsOf } from "./versions.ts";

/** A running controller, that leads or stands by. */
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
  const connection = { credentials, clock, metrics: telemetry.kube, userAgent: `bascule/${version}` };
  const transport = new Transport(connection);
  // Of its own, so that no jam of other requests costs the Lease.
  const electing = new Transport(connection);
  const reading = new KubeClient(transport.fenced(READ_ONLY), { fieldManager: "bascule" });
  const now = (): Instant => transport.serverClock.now() ?? clock.now();
  const { watchNamespace: namespaces } = settings;
  const world = new KubeWorld({ client: reading, clock, log, metrics: telemetry.kube, namespaces });
  const told = namespaces.length === 0 ? [] : await toldEndpoints(transport, log);
  const apiServer = () => [...told, ...world.apiServer()];
  const addresses = await addressPolicy(settings, credentials.server, { apiServer });
  const base = {
    ...{ settings, version, log, telemetry, credentials, transport },
    ...{ world, addresses, identity, now, wrap },
  };
  prepareHome(stackPaths(settings));
  const leadership = lead(base, new KubeClient(electing, { fieldManager: "bascule" }));
  let stopping = false;
  const health = await serveHealth({
    ...address(settings.listen),
    unready: () => (stopping ? ["the controller is stopping"] : unready(world, settings)),
    versions: versionsOf(settings, version),
    metrics: async () => ({ type: telemetry.registry.contentType, text: await telemetry.registry.metrics() }),
  });
  if (namespaces.length > 0)
    log.info(
      { namespaces },
      "only these namespaces are looked after; ClusterVerificationTemplates, GatewayClasses and objects elsewhere are not read",
    );
  pullFigures(telemetry, world, leadership);
  world.group.start();
  if (!(await world.group.whenSynced(SYNC_DEADLINE))) {
    log.warn({ unsynced: world.group.unsynced }, "some resources could not be listed yet; waiting for them");
    while (!(await world.group.whenSynced(SYNC_DEADLINE)))
      log.warn({ unsynced: world.group.unsynced }, "still waiting");
  }
  leadership.start();
  log.info({ identity, version, listen: health.port }, "controller started");
  return {
    port: health.port,
    async stop() {
      stopping = true;
      const connections = [transport, electing];
      await stopInOrder({ leadership, world: world.group, health, connections, clock }, log);
    },
  };
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
