import { lookup } from "node:dns/promises";
import { seconds } from "../base/duration.ts";
import { AddressPolicy, type Endpoint } from "../net/address-policy.ts";
import { readIp } from "../net/ip-address.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import type { KubeWorld } from "../world/world.ts";
import type { Settings } from "./settings.ts";

/** A name is looked up again when its addresses are asked for after this time. */
const FRESH = seconds(60);

/** The policy for connections that checks make: what settings allow, and never the API server. */
export async function addressPolicy(
  settings: Pick<Settings, "allowProbeRange">,
  server: string,
  world: Pick<KubeWorld, "apiServer">,
): Promise<AddressPolicy> {
  const named = await endpointsOf(server);
  return new AddressPolicy({
    allow: settings.allowProbeRange,
    apiServer: () => [...named(), ...world.apiServer()],
  });
}

/** Addresses of a URL; those of a name are renewed in the background, so that asking never waits. */
async function endpointsOf(server: string): Promise<() => readonly Endpoint[]> {
  const { hostname, port, protocol } = new URL(server);
  const number = Number(port) || (protocol === "http:" ? 80 : 443);
  const ip = readIp(hostname);
  if (ip !== undefined) return () => [{ address: ip.address, port: number }];
  let known: readonly Endpoint[] = [];
  let at = systemClock.monotonic();
  const renew = async (): Promise<void> => {
    at = systemClock.monotonic();
    // A name that does not resolve now keeps its former addresses: forgetting them would open what is closed.
    const found = await lookup(hostname, { all: true }).catch(() => undefined);
    if (found !== undefined) known = found.map(({ address }) => ({ address, port: number }));
  };
  await renew();
  return () => {
    if (systemClock.monotonic() - at > FRESH) void renew();
    return known;
  };
}
