import type { Manifest } from "./manifests.ts";

export const CLUSTER_DOMAIN = "cluster.local";

/** Whom the API server takes the DNS server for. */
export const DNS_USER = "coredns";

const SERVICE = { name: "kube-dns", namespace: "kube-system" } as const;
const RBAC = "rbac.authorization.k8s.io";

/** To answer for Services, their names and endpoints are enough. */
const RULES = [
  { apiGroups: [""], resources: ["namespaces", "services"], verbs: ["list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
];

const PORTS = [
  { name: "dns", protocol: "UDP", port: 53 },
  { name: "dns-tcp", protocol: "TCP", port: 53 },
];

/** The rights of a DNS server that runs beside the cluster, and the Service under which pods find it. */
export function dnsManifests(clusterIP: string, server: string): readonly Manifest[] {
  const labels = { "k8s-app": SERVICE.name };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: SERVICE.namespace } },
    { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name: DNS_USER }, rules: RULES },
    {
      apiVersion: `${RBAC}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: DNS_USER },
      roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: DNS_USER },
      subjects: [{ apiGroup: RBAC, kind: "User", name: DNS_USER }],
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...SERVICE, labels },
      spec: { clusterIP, ports: PORTS },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...SERVICE, labels: { ...labels, "kubernetes.io/service-name": SERVICE.name } },
      addressType: "IPv4",
      ports: PORTS,
      endpoints: [{ addresses: [server], conditions: { ready: true } }],
    },
  ];
}
