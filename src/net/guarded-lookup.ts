import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type { AddressRule } from "./address-policy.ts";
import { ForbiddenAddressError } from "./forbidden-address.ts";
import { readIp } from "./ip-address.ts";

type Lookup = (
  host: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * The `lookup` of a socket: what it answers is what the socket connects to, so nothing can resolve to something
 * else in between. A name with any forbidden address is refused as a whole.
 *
 * A socket does not look up what is an address already; see `refusalOf`.
 * @param resolve the system's resolver unless a test gives its own
 */
export const guardedLookup =
  (rule: AddressRule, port: number, resolve: Lookup = lookup): LookupFunction =>
  (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "");
      for (const { address } of addresses) {
        const problem = rule.problemOf(address, port);
        if (problem !== undefined)
          return callback(new ForbiddenAddressError(host, address, problem) as NodeJS.ErrnoException, "");
      }
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      return first === undefined
        ? callback(Object.assign(new Error("the name has no address"), { code: "ENOTFOUND" }), "")
        : callback(null, first.address, first.family);
    });
  };

/** The refusal of a host that is an address already; undefined for one that may be connected to, and for a name. */
export function refusalOf(rule: AddressRule, host: string, port: number): ForbiddenAddressError | undefined {
  const ip = readIp(host);
  const problem = ip === undefined ? undefined : rule.problemOf(ip.address, port);
  return ip === undefined || problem === undefined
    ? undefined
    : new ForbiddenAddressError(host, host, problem);
}
