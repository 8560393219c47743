import type { Instant } from "../base/instant.ts";
import type { ReconcilePorts } from "../controller/pass.ts";
import type { Credentials } from "../kube/credentials.ts";
import type { Transport } from "../kube/transport.ts";
import type { AddressPolicy } from "../net/address-policy.ts";
import type { Log } from "../ports/log.ts";
import type { Telemetry } from "../telemetry/metrics.ts";
import type { KubeWorld } from "../world/world.ts";
import type { Settings } from "./settings.ts";

/** What lives as long as the process, whether it leads or not. */
export interface Base {
  readonly settings: Settings;
  readonly version: string;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly credentials: Credentials;
  readonly transport: Transport;
  readonly world: KubeWorld;
  readonly addresses: AddressPolicy;
  /** Of this process, among all that ever were. */
  readonly identity: string;
  /** The API server's time. */
  readonly now: () => Instant;
  /** Puts something between the controller and the world, for tests that compose it with faults. */
  readonly wrap: (ports: ReconcilePorts) => ReconcilePorts;
}
