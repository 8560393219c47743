import type { Instant } from "../base/instant.ts";
import { GateRunner } from "../controller/gate/runner.ts";
import type { KubeClient } from "../kube/client.ts";
import type { AddressPolicy } from "../net/address-policy.ts";
import type { Log } from "../ports/log.ts";
import type { Telemetry } from "../telemetry/metrics.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import { VerificationStatuses } from "../world/verification-statuses.ts";
import type { KubeWorld } from "../world/world.ts";
import { checkersOf } from "./checkers.ts";
import type { Settings } from "./settings.ts";

/** What the gate is composed of. */
export interface GateParts {
  readonly settings: Settings;
  readonly client: KubeClient;
  readonly world: KubeWorld;
  /** Addresses that checks may connect to. */
  readonly addresses: AddressPolicy;
  readonly telemetry: Telemetry;
  /** The API server's time. */
  readonly now: () => Instant;
  readonly version: string;
  readonly log: Log;
}

/** The gate over the real cluster, with every kind of check. */
export function makeGate(parts: GateParts): GateRunner {
  const { settings, client, world, telemetry, now, version, log } = parts;
  const statuses = new VerificationStatuses(client, world.echoes.verification);
  return new GateRunner({
    checkers: checkersOf(parts),
    clock: systemClock,
    now,
    validator: `bascule-controller ${version}`,
    random: Math.random,
    log,
    onVerdict: ({ check, verdict }) => telemetry.releases.judged(check, verdict),
    aloneAtOnce: settings.verifications,
    onLook: (late) => telemetry.releases.looked(late),
    writeStatus: (verification, status) => statuses.write(verification, status),
  });
}
