import { type Container, containersOf, type Pod } from "../pods/pod.ts";

/** What a container runtime gives without being asked. */
const USUAL = [
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
  ...["NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
];

/** The image's own user; which one that is, only the image knows. */
const OF_IMAGE = "the image's own";

/** What pods have on their node and of their namespace, apart from rights at the API server. */
export interface PodRights {
  readonly accounts: readonly string[];
  /** Numbers, or that it is the image's own. */
  readonly users: readonly string[];
  readonly capabilities: readonly string[];
  readonly secrets: readonly string[];
}

/** A slot's own objects have its name in theirs: `shop-green-config` is to live's `shop-blue-config` what it was. */
export const withoutSlot = (name: string): string => name.replace(/(^|-)(?:blue|green)(?=-|$)/, "$1{slot}");

export function podRights(pods: readonly Pod[]): PodRights {
  const of = (read: (pod: Pod) => readonly string[]): readonly string[] =>
    [...new Set(pods.flatMap(read))].sort();
  return {
    accounts: of(({ spec }) => [spec.serviceAccountName ?? "default"]),
    users: of((pod) => containersOf(pod).map((container) => userOf(pod, container))),
    capabilities: of((pod) => containersOf(pod).flatMap(capabilitiesOf)),
    secrets: of((pod) => secretsOf(pod).map(withoutSlot)),
  };
}

function userOf({ spec }: Pod, { securityContext }: Container): string {
  const user = securityContext?.runAsUser ?? spec.securityContext?.runAsUser;
  if (user !== undefined) return String(user);
  const nonRoot = securityContext?.runAsNonRoot ?? spec.securityContext?.runAsNonRoot;
  return nonRoot === true ? `${OF_IMAGE}, not root` : OF_IMAGE;
}

function capabilitiesOf({ securityContext }: Container): readonly string[] {
  if (securityContext?.privileged === true) return ["privileged"];
  const { add = [], drop = [] } = securityContext?.capabilities ?? {};
  const plain = (name: string): string => name.replace(/^CAP_/, "");
  const dropped = drop.map(plain);
  const kept = dropped.includes("ALL") ? [] : USUAL.filter((name) => !dropped.includes(name));
  return [...kept, ...add.map(plain)];
}

/** Secrets that a pod's processes can read. */
function secretsOf(pod: Pod): readonly string[] {
  const names = [
    ...containersOf(pod).flatMap(({ env = [], envFrom = [] }) => [
      ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
      ...envFrom.map(({ secretRef }) => secretRef?.name),
    ]),
    ...(pod.spec.volumes ?? []).flatMap(({ secret, projected }) => [
      secret?.secretName,
      ...(projected?.sources ?? []).map((source) => source.secret?.name),
    ]),
  ];
  return names.filter((name) => name !== undefined);
}

/** What nobody has to approve where nothing is live to compare with: any user but root, and what runtimes give. */
export const usualRights = ({ users }: PodRights): Pick<PodRights, "users" | "capabilities" | "secrets"> => ({
  users: users.filter((user) => user !== "0" && user !== OF_IMAGE),
  capabilities: USUAL,
  secrets: [],
});
