import { LEASES, type LeaseObject } from "./lease-record.ts";
import { Reflector } from "./reflector.ts";
import type { ReflectorGroup } from "./reflector-group.ts";
import type { ReflectorOptions } from "./reflector-options.ts";

/**
 * A heartbeat for the watches: a Lease is written every few seconds, also while nothing else is, and one watch more listens for it.
 * When that one does not show what the API server answered, those that are silent are begun again.
 * @returns to be told each version of the Lease that was read or written
 */
export function listenForLease(
  options: Pick<ReflectorOptions<LeaseObject>, "client" | "clock" | "log" | "metrics">,
  lease: { readonly namespace: string; readonly name: string },
  group: ReflectorGroup,
): (answered: LeaseObject) => void {
  const selection = { namespace: lease.namespace, fieldSelector: `metadata.name=${lease.name}` };
  const watched = new Reflector<LeaseObject>({ ...options, type: LEASES, selection });
  group.add(watched);
  const echo = group.echo(({ metadata }) => watched.store.get(metadata), options.log);
  return (answered) => echo.expect(answered);
}
