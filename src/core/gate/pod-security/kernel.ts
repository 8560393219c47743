import type { Pod } from "../pods/pod.ts";
import { type Control, containerScopes, inUserNamespace, problemsIn } from "./control.ts";

/** These act inside the pod only. */
const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);

/** Controls of what of the kernel a pod sees and sets. */
export const kernel: readonly Control[] = [
  {
    name: "procMount",
    level: "baseline",
    problemsOf: (pod) => (inUserNamespace(pod) ? [] : unmaskedProc(pod)),
  },
  { name: "procMount_restricted", level: "restricted", problemsOf: unmaskedProc },
  {
    name: "sysctls",
    level: "baseline",
    problemsOf: ({ spec }) =>
      (spec.securityContext?.sysctls ?? [])
        .filter(({ name }) => !SAFE_SYSCTLS.has(name))
        .map(({ name }) => `pod: sysctl ${name} must not be set`),
  },
];

function unmaskedProc(pod: Pod): readonly string[] {
  return problemsIn(containerScopes(pod), ({ procMount }) =>
    procMount === undefined || procMount === "Default"
      ? undefined
      : `procMount must be Default, not ${procMount}`,
  );
}
