import type { PortsCheck } from "../../../api/checks/ports.ts";
import { milliseconds, readDuration, seconds } from "../../../base/duration.ts";
import { portsIn, readPorts } from "../ports/port-list.ts";
import type { CheckProblem } from "../selector-problems.ts";
import { outcomeKind } from "./outcome.ts";

const MOST_PORTS = 10_000;
/** Beyond the scan's own time-out: pods are read before it, and the scan has the better message. */
const GRACE = seconds(15);

/** Ports are scanned before traffic; a finding fails at once. */
export const portsRules = outcomeKind<PortsCheck>(() => "no open port but the allowed", {
  lookLimit: ({ timeout }) => milliseconds(readDuration(timeout) + GRACE),
  problems: problemsOf,
});

function problemsOf(ports: PortsCheck): readonly CheckProblem[] {
  const problems: CheckProblem[] = [];
  for (const member of ["allow", "require", "scan"] as const)
    for (const [i, item] of (ports[member] ?? []).entries())
      if (readPorts(item) === undefined)
        problems.push({
          path: `ports.${member}.${i}`,
          message: 'is neither a port from 1 to 65535 nor a range such as "9000-9010"',
        });
  const all = portsIn([...(ports.allow ?? []), ...(ports.require ?? []), ...(ports.scan ?? [])]);
  if (all.size > MOST_PORTS)
    problems.push({
      path: "ports.scan",
      message: `has ${all.size} ports; at most ${MOST_PORTS} can be tried`,
    });
  return problems;
}
