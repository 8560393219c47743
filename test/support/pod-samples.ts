import type { Level } from "../../src/core/gate/pod-security/control.ts";
import type { Pod } from "../../src/core/gate/pods/pod.ts";

/** Pods that break one control each, and pods beside them that just don't. */
export interface PodSample {
  /** Name of the control that refuses `bad`. */
  readonly control: string;
  readonly level: Level;
  readonly bad: readonly Pod[];
  readonly good: readonly Pod[];
}

const HARDENED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
} as const;

/** A pod that meets `restricted`, with parts laid over it. */
export function pod(
  spec: object = {},
  container: object = {},
  annotations: Readonly<Record<string, string>> = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "sample", annotations },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        { name: "main", image: "registry.example.com/app:1", securityContext: HARDENED, ...container },
      ],
      ...spec,
    },
  };
}

const withContext = (context: object, spec: object = {}): Pod =>
  pod(spec, { securityContext: { ...HARDENED, ...context } });
const ofPod = (context: object, spec: object = {}): Pod =>
  pod({
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" }, ...context },
    ...spec,
  });
const volume = (source: object): Pod => pod({ volumes: [{ name: "data", ...source }] });
const initContainer = (context: object): Pod =>
  pod({ initContainers: [{ name: "first", image: "registry.example.com/app:1", securityContext: context }] });
const WINDOWS = { os: { name: "windows" } };

const BASELINE: readonly PodSample[] = [
  {
    control: "hostNamespaces",
    level: "baseline",
    bad: [pod({ hostNetwork: true }), pod({ hostPID: true }), pod({ hostIPC: true })],
    good: [pod({ hostNetwork: false, hostPID: false, hostIPC: false })],
  },
  {
    control: "hostPorts",
    level: "baseline",
    bad: [pod({}, { ports: [{ containerPort: 8080, hostPort: 8080 }] })],
    good: [pod({}, { ports: [{ containerPort: 8080 }] })],
  },
  {
    control: "hostProbesAndHostLifecycle",
    level: "baseline",
    bad: [
      pod({}, { livenessProbe: { httpGet: { port: 80, host: "10.0.0.1" } } }),
      pod({}, { readinessProbe: { tcpSocket: { port: 80, host: "10.0.0.1" } } }),
      pod({}, { startupProbe: { httpGet: { port: 80, host: "a.example.com" } } }),
      pod({}, { lifecycle: { preStop: { httpGet: { port: 80, host: "10.0.0.1" } } } }),
      pod({}, { lifecycle: { postStart: { httpGet: { port: 80, host: "10.0.0.1" } } } }),
    ],
    good: [
      pod(
        {},
        {
          livenessProbe: { httpGet: { port: 80 } },
          readinessProbe: { tcpSocket: { port: 80 } },
          lifecycle: { preStop: { httpGet: { port: 80 } } },
        },
      ),
    ],
  },
  {
    control: "windowsHostProcess",
    level: "baseline",
    bad: [
      pod({
        ...WINDOWS,
        hostNetwork: true,
        securityContext: { windowsOptions: { hostProcess: true }, runAsNonRoot: true },
        containers: [{ name: "main", image: "registry.example.com/app:1" }],
      }),
    ],
    good: [
      pod({
        ...WINDOWS,
        securityContext: { windowsOptions: { hostProcess: false }, runAsNonRoot: true },
        containers: [{ name: "main", image: "registry.example.com/app:1" }],
      }),
    ],
  },
  {
    control: "privileged",
    level: "baseline",
    bad: [pod({}, { securityContext: { privileged: true } }), initContainer({ privileged: true })],
    good: [withContext({ privileged: false })],
  },
  {
    control: "capabilities_baseline",
    level: "baseline",
    bad: [
      withContext({ capabilities: { drop: ["ALL"], add: ["NET_RAW"] } }),
      withContext({ capabilities: { add: ["CHOWN", "SYS_ADMIN"] } }),
      initContainer({ capabilities: { add: ["NET_ADMIN"] } }),
    ],
    good: [withContext({ capabilities: { add: ["CHOWN", "NET_BIND_SERVICE", "SYS_CHROOT"] } })],
  },
  {
    control: "appArmorProfile",
    level: "baseline",
    bad: [
      withContext({ appArmorProfile: { type: "Unconfined" } }),
      ofPod({ appArmorProfile: { type: "Unconfined" } }),
    ],
    good: [
      withContext({ appArmorProfile: { type: "RuntimeDefault" } }),
      withContext({ appArmorProfile: { type: "Localhost", localhostProfile: "mine" } }),
      pod({}, {}, { "container.apparmor.security.beta.kubernetes.io/main": "runtime/default" }),
    ],
  },
  {
    control: "seccompProfile_baseline",
    level: "baseline",
    bad: [
      withContext({ seccompProfile: { type: "Unconfined" } }),
      ofPod({ seccompProfile: { type: "Unconfined" } }),
    ],
    good: [
      withContext({ seccompProfile: { type: "Localhost", localhostProfile: "mine.json" } }),
      ofPod({ seccompProfile: undefined }),
    ],
  },
  {
    control: "seLinuxOptions",
    level: "baseline",
    bad: [
      withContext({ seLinuxOptions: { type: "spc_t" } }),
      ofPod({ seLinuxOptions: { user: "system_u" } }),
      ofPod({ seLinuxOptions: { role: "system_r" } }),
    ],
    good: [
      withContext({ seLinuxOptions: { type: "container_t", level: "s0:c1" } }),
      ofPod({ seLinuxOptions: { type: "container_engine_t" } }),
    ],
  },
  {
    control: "procMount",
    level: "baseline",
    bad: [],
    good: [
      withContext({ procMount: "Default" }),
      withContext({ procMount: "Unmasked" }, { hostUsers: false }),
    ],
  },
  {
    control: "sysctls",
    level: "baseline",
    bad: [
      ofPod({ sysctls: [{ name: "kernel.msgmax", value: "65536" }] }),
      ofPod({
        sysctls: [
          { name: "net.ipv4.tcp_syncookies", value: "1" },
          { name: "net.core.somaxconn", value: "1" },
        ],
      }),
    ],
    good: [ofPod({ sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] })],
  },
  {
    control: "hostPathVolumes",
    level: "baseline",
    bad: [volume({ hostPath: { path: "/var/run" } })],
    good: [volume({ emptyDir: {} }), volume({ nfs: { server: "nfs.example.com", path: "/" } })],
  },
];

const RESTRICTED: readonly PodSample[] = [
  {
    control: "restrictedVolumes",
    level: "restricted",
    bad: [
      volume({ hostPath: { path: "/var/run" } }),
      volume({ nfs: { server: "nfs.example.com", path: "/" } }),
      volume({ iscsi: { targetPortal: "10.0.0.1", iqn: "iqn.2001-04.com.example:x", lun: 0 } }),
    ],
    good: [
      volume({ emptyDir: {} }),
      volume({ secret: { secretName: "s" } }),
      volume({ configMap: { name: "c" } }),
      volume({ persistentVolumeClaim: { claimName: "p" } }),
      volume({ projected: { sources: [{ secret: { name: "s" } }] } }),
      volume({ downwardAPI: { items: [{ path: "a", fieldRef: { fieldPath: "metadata.name" } }] } }),
      volume({ csi: { driver: "csi.example.com" } }),
      volume({ image: { reference: "registry.example.com/data:1" } }),
    ],
  },
  {
    control: "capabilities_restricted",
    level: "restricted",
    bad: [
      withContext({ capabilities: undefined }),
      withContext({ capabilities: { drop: ["NET_RAW"] } }),
      withContext({ capabilities: { drop: ["ALL"], add: ["CHOWN"] } }),
    ],
    good: [
      withContext({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }),
      pod({
        ...WINDOWS,
        securityContext: { runAsNonRoot: true },
        containers: [{ name: "main", image: "registry.example.com/app:1" }],
      }),
    ],
  },
  {
    control: "allowPrivilegeEscalation",
    level: "restricted",
    bad: [
      withContext({ allowPrivilegeEscalation: true }),
      withContext({ allowPrivilegeEscalation: undefined }),
      initContainer({ capabilities: { drop: ["ALL"] } }),
    ],
    good: [withContext({ allowPrivilegeEscalation: false }), initContainer(HARDENED)],
  },
  {
    control: "seccompProfile_restricted",
    level: "restricted",
    bad: [ofPod({ seccompProfile: undefined }), withContext({ seccompProfile: { type: "Unconfined" } })],
    good: [
      pod(
        { securityContext: { runAsNonRoot: true } },
        { securityContext: { ...HARDENED, seccompProfile: { type: "RuntimeDefault" } } },
      ),
      ofPod({ seccompProfile: { type: "Localhost", localhostProfile: "mine.json" } }),
    ],
  },
  {
    control: "procMount_restricted",
    level: "restricted",
    bad: [withContext({ procMount: "Unmasked" }, { hostUsers: false })],
    good: [withContext({ procMount: "Default" }, { hostUsers: false })],
  },
  {
    control: "runAsNonRoot",
    level: "restricted",
    bad: [
      ofPod({ runAsNonRoot: undefined }),
      ofPod({ runAsNonRoot: false }),
      withContext({ runAsNonRoot: false }),
    ],
    good: [
      pod(
        { securityContext: { seccompProfile: { type: "RuntimeDefault" } } },
        { securityContext: { ...HARDENED, runAsNonRoot: true } },
      ),
      ofPod({ runAsNonRoot: false }, { hostUsers: false }),
    ],
  },
  {
    control: "runAsUser",
    level: "restricted",
    bad: [ofPod({ runAsUser: 0 }), withContext({ runAsUser: 0 })],
    good: [ofPod({ runAsUser: 1000 }), withContext({ runAsUser: 0 }, { hostUsers: false })],
  },
];

export const POD_SAMPLES: readonly PodSample[] = [...BASELINE, ...RESTRICTED];

/** Breaks `procMount` as it is at baseline. The API server takes no such pod outside of a user namespace at all. */
export const UNMASKED = withContext({ procMount: "Unmasked" });
/** The API server's validation knows this annotation in one form only, so that admission never sees it. */
export const UNCONFINED_ANNOTATION = pod(
  {},
  {},
  {
    "container.apparmor.security.beta.kubernetes.io/main": "unconfined",
  },
);
