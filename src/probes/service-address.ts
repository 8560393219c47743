import { err, ok, type Result } from "../base/result.ts";

/** Where a Service answers. The cluster IP is used, so that no DNS name has to resolve where the controller runs. */
export interface ServiceAddress {
  readonly host: string;
  /** In the order of the Service; the first is the default. */
  readonly ports: readonly number[];
}

/** Reads a Service from a cache; undefined when there is none, or it has no cluster IP. */
export type ResolveService = (namespace: string, name: string) => ServiceAddress | undefined;

export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
}

export interface AddressProblem {
  readonly reason: string;
  readonly message: string;
}

/** A port of the slot's Service. */
export interface SlotPort {
  readonly host: string;
  readonly port: number;
  /** Name by which the slot is called inside the cluster. */
  readonly authority: string;
}

/** The asked port of the candidate's Service, or its first. */
export function slotPort(
  service: ServiceRef,
  asked: number | undefined,
  resolveService: ResolveService,
): Result<SlotPort, AddressProblem> {
  const { namespace, name } = service;
  const found = resolveService(namespace, name);
  if (found === undefined)
    return err({ reason: "NoService", message: `Service ${name} is not there, or has no cluster IP` });
  const port = asked ?? found.ports[0];
  if (port === undefined) return err({ reason: "NoPort", message: `Service ${name} has no port` });
  return ok({ host: found.host, port, authority: `${name}.${namespace}.svc` });
}
