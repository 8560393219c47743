import type { PortsCheck } from "../../../api/checks/ports.ts";
import { containersOf, type Pod } from "../pods/pod.ts";
import { portsIn } from "./port-list.ts";
import { WELL_KNOWN_PORTS } from "./well-known.ts";

/** One port of a Service, as the API has it. */
export interface ServicePort {
  readonly port: number;
  readonly targetPort?: number | string;
  readonly nodePort?: number;
  readonly protocol?: string;
}

export interface PortPlan {
  readonly allowed: ReadonlySet<number>;
  readonly required: ReadonlySet<number>;
  /** What is tried, in order. */
  readonly scanned: readonly number[];
}

export interface PortFinding {
  readonly reason: "UnexpectedPort" | "MissingPort";
  readonly told: string;
}

/** Which ports of the pods may be open, must be open, and are tried. */
export function portPlan(
  { allow, require: must, scan }: PortsCheck,
  pods: readonly Pod[],
  service: readonly ServicePort[],
): PortPlan {
  const declared = [...declaredPorts(pods), ...service.flatMap((port) => targetsOf(port, pods))];
  const required = portsIn(must);
  const allowed = new Set([...(allow === undefined ? declared : portsIn(allow)), ...required]);
  const scanned = new Set([...WELL_KNOWN_PORTS, ...declared, ...allowed, ...portsIn(scan)]);
  return { allowed, required, scanned: [...scanned].sort((a, b) => a - b) };
}

const isTcp = ({ protocol }: { readonly protocol?: string }): boolean =>
  protocol === undefined || protocol === "TCP";

const declaredPorts = (pods: readonly Pod[]): readonly number[] =>
  pods.flatMap((pod) =>
    containersOf(pod).flatMap(({ ports = [] }) =>
      ports.filter(isTcp).flatMap(({ containerPort }) => containerPort ?? []),
    ),
  );

/** The pods' ports that a Service's port leads to; a name is looked up in each pod. */
export function targetsOf(
  { port, targetPort = port, ...more }: ServicePort,
  pods: readonly Pod[],
): readonly number[] {
  if (!isTcp(more)) return [];
  if (typeof targetPort === "number") return [targetPort];
  return pods.flatMap((pod) =>
    containersOf(pod).flatMap(({ ports = [] }) =>
      ports.filter(({ name }) => name === targetPort).flatMap(({ containerPort }) => containerPort ?? []),
    ),
  );
}

/** What of a pod's open ports is not as it has to be. */
export function openPortFindings(
  open: ReadonlySet<number>,
  { allowed, required }: PortPlan,
): readonly PortFinding[] {
  const unexpected = [...open].filter((port) => !allowed.has(port)).sort((a, b) => a - b);
  const missing = [...required].filter((port) => !open.has(port)).sort((a, b) => a - b);
  return [
    ...unexpected.map(
      (port): PortFinding => ({ reason: "UnexpectedPort", told: `port ${port} is open and not allowed` }),
    ),
    ...missing.map(
      (port): PortFinding => ({ reason: "MissingPort", told: `port ${port} has to be open and is not` }),
    ),
  ];
}

/**
 * What a Service opens beyond the allowed: a port of its own whose target is allowed opens nothing more, but a node
 * port is open on every node.
 */
export const servicePortFindings = (
  service: readonly ServicePort[],
  pods: readonly Pod[],
  { allowed }: PortPlan,
): readonly PortFinding[] =>
  service.filter(isTcp).flatMap((entry): readonly PortFinding[] => {
    const { port, nodePort } = entry;
    const targets = targetsOf(entry, pods);
    const found: PortFinding[] = [];
    if (!allowed.has(port) && !(targets.length > 0 && targets.every((target) => allowed.has(target))))
      found.push({ reason: "UnexpectedPort", told: `the Service offers port ${port}, which is not allowed` });
    if (nodePort !== undefined && nodePort !== 0 && !allowed.has(nodePort))
      found.push({ reason: "UnexpectedPort", told: `the Service opens port ${nodePort} of every node` });
    return found;
  });
