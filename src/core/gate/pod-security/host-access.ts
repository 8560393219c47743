import { containersOf, type Pod } from "../pods/pod.ts";
import { allScopes, type Control, problemsIn } from "./control.ts";

/** Controls that keep a pod away from its node's network, processes and ports. */
export const hostAccess: readonly Control[] = [
  {
    name: "hostNamespaces",
    level: "baseline",
    problemsOf: ({ spec }) =>
      (["hostNetwork", "hostPID", "hostIPC"] as const)
        .filter((member) => spec[member] === true)
        .map((member) => `${member} must not be true`),
  },
  {
    name: "hostPorts",
    level: "baseline",
    problemsOf: (pod) =>
      containersOf(pod).flatMap(({ name, ports }) =>
        (ports ?? [])
          .filter(({ hostPort }) => (hostPort ?? 0) !== 0)
          .map(({ hostPort }) => `container "${name}": hostPort ${hostPort} must not be used`),
      ),
  },
  {
    name: "hostProbesAndHostLifecycle",
    level: "baseline",
    problemsOf: probeHosts,
  },
  {
    name: "windowsHostProcess",
    level: "baseline",
    problemsOf: (pod) =>
      problemsIn(allScopes(pod), ({ windowsOptions }) =>
        windowsOptions?.hostProcess === true ? "windowsOptions.hostProcess must not be true" : undefined,
      ),
  },
];

/** The kubelet would ask that host in the pod's name. */
function probeHosts(pod: Pod): readonly string[] {
  return containersOf(pod).flatMap((container) => {
    const { name, livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
    const handlers = { livenessProbe, readinessProbe, startupProbe, ...lifecycle };
    return Object.entries(handlers).flatMap(([member, handler]) =>
      [handler?.httpGet?.host, handler?.tcpSocket?.host]
        .filter((host) => host !== undefined && host !== "")
        .map((host) => `container "${name}": ${member} must not name the host ${host}`),
    );
  });
}
