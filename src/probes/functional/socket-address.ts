import type { SocketAddress } from "../../api/checks/socket.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { AddressPolicy, AddressRule } from "../../net/address-policy.ts";
import { type AddressProblem, type ResolveService, type ServiceRef, slotPort } from "../service-address.ts";

/** Where a connection goes, and which addresses are allowed for it. */
export interface SocketPlace {
  readonly host: string;
  readonly port: number;
  /** Name by which the other side is called. */
  readonly name: string;
  /** The candidate slot's own port. */
  readonly ofSlot: boolean;
  readonly rule: AddressRule;
}

/** How checkers of connections find their place. */
export interface PlaceFinder {
  readonly resolveService: ResolveService;
  readonly policy: AddressPolicy;
}

/** The place that a check means: its own host, or the candidate's Service. */
export function placeOf(
  { host, port }: SocketAddress,
  service: ServiceRef,
  { resolveService, policy }: PlaceFinder,
): Result<SocketPlace, AddressProblem> {
  if (host !== undefined)
    return port === undefined
      ? err({ reason: "InvalidCheck", message: "another host needs a port; give it" })
      : ok({ host, port, name: host, ofSlot: false, rule: policy });
  const slot = slotPort(service, port, resolveService);
  if (!slot.ok) return slot;
  const { authority, ...at } = slot.value;
  return ok({ ...at, name: authority, ofSlot: true, rule: policy.slot });
}
