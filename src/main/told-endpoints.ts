import { seconds } from "../base/duration.ts";
import type { Transport } from "../kube/transport.ts";
import type { Endpoint } from "../net/address-policy.ts";
import { readIp } from "../net/ip-address.ts";
import type { Log } from "../ports/log.ts";

interface Versions {
  readonly serverAddressByClientCIDRs?: readonly { readonly serverAddress?: string }[];
}

/**
 * Where the API server itself says that it is reached, which everybody may ask: for a controller that may not read the endpoints of the
 * Service `default/kubernetes`. Of several servers only the one that answers is told.
 */
export async function toldEndpoints(transport: Transport, log: Log): Promise<readonly Endpoint[]> {
  const answer = await transport.json<Versions>({ method: "GET", path: "/api", deadline: seconds(10) });
  if (!answer.ok) {
    const detail = answer.error.message;
    log.warn(
      { detail },
      "the API server does not say where it is reached; checks are kept from its Service alone",
    );
    return [];
  }
  return (answer.value.serverAddressByClientCIDRs ?? []).flatMap(({ serverAddress = "" }) => {
    const { hostname, port } = URL.parse(`https://${serverAddress}`) ?? {};
    const ip = hostname === undefined ? undefined : readIp(hostname);
    return ip === undefined ? [] : [{ address: ip.address, port: Number(port) || 443 }];
  });
}
