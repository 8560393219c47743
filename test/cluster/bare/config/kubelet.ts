import { join } from "node:path";
import { CLUSTER_DOMAIN } from "../../addons/dns.ts";
import { type Layout, PORTS } from "../layout.ts";

/** Kubelet configuration for hosts without CAP_SYS_RESOURCE, with cgroup v1 or v2. */
export function renderKubelet(layout: Layout): string {
  const { pki, addresses, cgroup, config, root, containerdSocket } = layout;
  return `${JSON.stringify(
    {
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      address: addresses.node,
      healthzBindAddress: addresses.node,
      healthzPort: PORTS.kubeletHealth,
      containerRuntimeEndpoint: `unix://${containerdSocket}`,
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: join(pki, "ca.crt") },
      },
      authorization: { mode: "Webhook" },
      tlsCertFile: join(pki, "kubelet-server.crt"),
      tlsPrivateKeyFile: join(pki, "kubelet-server.key"),
      clusterDomain: CLUSTER_DOMAIN,
      clusterDNS: [addresses.dnsService],
      resolvConf: join(config, "resolv.conf"),
      podLogsDir: join(root, "pods"),
      cgroupRoot: `/${cgroup}`,
      cgroupDriver: "cgroupfs",
      failCgroupV1: false,
      failSwapOn: false,
      enforceNodeAllocatable: [],
      maxOpenFiles: 20_000,
      maxPods: 200,
      oomScoreAdj: 0,
      // containerd 1.6 has no pinned images: a collection would take the pause image.
      imageGCHighThresholdPercent: 100,
      evictionHard: {
        "memory.available": "0%",
        "nodefs.available": "0%",
        "imagefs.available": "0%",
        "nodefs.inodesFree": "0%",
      },
      serializeImagePulls: false,
      shutdownGracePeriod: "0s",
    },
    undefined,
    2,
  )}\n`;
}
