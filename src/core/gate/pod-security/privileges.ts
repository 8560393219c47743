import { type Control, containerScopes, isWindows, problemsIn } from "./control.ts";

/** What the runtime gives a container anyway, but for NET_RAW. */
const HARMLESS = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

const capabilityList = (names: readonly string[]): string =>
  `capabilities.add must not hold ${names.join(", ")}`;

/** Controls of what a container's processes may do beyond their user's rights. */
export const privileges: readonly Control[] = [
  {
    name: "privileged",
    level: "baseline",
    problemsOf: (pod) =>
      problemsIn(containerScopes(pod), ({ privileged }) =>
        privileged === true ? "privileged must not be true" : undefined,
      ),
  },
  {
    name: "capabilities_baseline",
    level: "baseline",
    problemsOf: (pod) =>
      problemsIn(containerScopes(pod), ({ capabilities }) => {
        const more = (capabilities?.add ?? []).filter((name) => !HARMLESS.has(name));
        return more.length === 0 ? undefined : capabilityList(more);
      }),
  },
  {
    name: "capabilities_restricted",
    level: "restricted",
    problemsOf: (pod) =>
      isWindows(pod)
        ? []
        : problemsIn(containerScopes(pod), ({ capabilities }) => {
            const more = (capabilities?.add ?? []).filter((name) => name !== "NET_BIND_SERVICE");
            const told = more.length === 0 ? [] : [capabilityList(more)];
            if (!capabilities?.drop?.includes("ALL")) told.push("capabilities.drop must hold ALL");
            return told.length === 0 ? undefined : told.join("; ");
          }),
  },
  {
    name: "allowPrivilegeEscalation",
    level: "restricted",
    problemsOf: (pod) =>
      isWindows(pod)
        ? []
        : problemsIn(containerScopes(pod), ({ allowPrivilegeEscalation }) =>
            allowPrivilegeEscalation === false ? undefined : "allowPrivilegeEscalation must be false",
          ),
  },
];
