import { join } from "node:path";
import { type Duration, seconds } from "../../../src/base/duration.ts";
import type { ComponentName } from "../cluster.ts";
import { programPath } from "../programs.ts";
import { SCALER_PACE } from "../scaler-pace.ts";
import type { Client } from "./certificates.ts";
import { kubeconfigOf } from "./kubeconfigs.ts";
import { type Layout, PORTS } from "./layout.ts";

/** How a component is started and how one sees that it answers. */
export type Command = {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** An address that answers 200 when the component is ready. Without one, running is enough. */
  readonly ready?: string;
  readonly deadline?: Duration;
};

const DISCOVERY = join(import.meta.dirname, "..", "addons", "discovery-server.ts");

/** The commands of all components, from nothing but the layout: a restart uses the very same. */
export function commandOf(layout: Layout, name: ComponentName): Command {
  const { root, config, addresses } = layout;
  const at = (port: number, path: string): string => `http://${addresses.node}:${port}${path}`;
  switch (name) {
    case "etcd":
      return { argv: etcd(layout), ready: at(PORTS.etcdHealth, "/health") };
    case "apiserver":
      return {
        argv: apiserver(layout),
        ready: `https://${addresses.node}:${PORTS.apiserver}/readyz`,
        deadline: seconds(120),
      };
    case "controller-manager":
      return { argv: controllerManager(layout) };
    case "scheduler":
      return { argv: scheduler(layout) };
    case "containerd":
      return { argv: ["/usr/bin/containerd", "--config", join(config, "containerd.toml")] };
    case "kubelet":
      return { argv: kubelet(layout), ready: at(PORTS.kubeletHealth, "/healthz") };
    case "kube-proxy":
      return {
        argv: [programPath("kubernetes", "kube-proxy"), `--config=${join(config, "kube-proxy.json")}`],
        ready: at(PORTS.proxyHealth, "/healthz"),
      };
    case "coredns":
      return {
        argv: [programPath("coredns", "coredns"), "-conf", join(config, "Corefile")],
        ready: at(PORTS.dnsReady, "/ready"),
      };
    case "traefik":
      return {
        argv: [programPath("traefik", "traefik"), ...traefikOptions(addresses.node)],
        env: { KUBECONFIG: kubeconfigOf(layout, "gateway") },
        ready: at(PORTS.gatewayMetrics, "/ping"),
      };
    case "prometheus":
      return {
        argv: [
          "/usr/bin/prometheus",
          `--config.file=${join(config, "prometheus.yml")}`,
          `--storage.tsdb.path=${join(root, "prometheus")}`,
          "--storage.tsdb.retention.time=6h",
          // hidden, 5s by default: how long a new pod waits until it is scraped
          "--scrape.discovery-reload-interval=1s",
          `--web.listen-address=${addresses.node}:${PORTS.prometheus}`,
        ],
        ready: at(PORTS.prometheus, "/-/ready"),
      };
    case "discovery":
      return {
        argv: [
          process.execPath,
          DISCOVERY,
          kubeconfigOf(layout, "discovery"),
          addresses.node,
          String(PORTS.discovery),
        ],
        ready: at(PORTS.discovery, "/healthz"),
      };
  }
}

function etcd({ root, addresses, nodeName }: Layout): readonly string[] {
  const client = "http://127.0.0.1:2379";
  const peer = "http://127.0.0.1:2380";
  return [
    programPath("kubernetes", "server"),
    `--name=${nodeName}`,
    `--data-dir=${join(root, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=${nodeName}=${peer}`,
    `--listen-metrics-urls=http://${addresses.node}:${PORTS.etcdHealth}`,
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

function apiserver({ pki, config, auditLog, addresses }: Layout): readonly string[] {
  return [
    programPath("kubernetes", "kube-apiserver"),
    "--etcd-servers=http://127.0.0.1:2379",
    `--advertise-address=${addresses.node}`,
    `--secure-port=${PORTS.apiserver}`,
    `--service-cluster-ip-range=${addresses.serviceCidr}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    "--allow-privileged=true",
    `--audit-policy-file=${join(config, "audit.json")}`,
    `--audit-log-path=${auditLog}`,
    "--audit-log-maxsize=500",
    "--audit-log-maxbackup=1",
    `--client-ca-file=${pki}/ca.crt`,
    `--tls-cert-file=${pki}/apiserver.crt`,
    `--tls-private-key-file=${pki}/apiserver.key`,
    `--kubelet-client-certificate=${pki}/apiserver-kubelet-client.crt`,
    `--kubelet-client-key=${pki}/apiserver-kubelet-client.key`,
    `--kubelet-certificate-authority=${pki}/ca.crt`,
    "--kubelet-preferred-address-types=InternalIP,Hostname",
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${pki}/service-accounts.pub`,
    `--service-account-signing-key-file=${pki}/service-accounts.key`,
    `--requestheader-client-ca-file=${pki}/front-proxy-ca.crt`,
    "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-username-headers=X-Remote-User",
    `--proxy-client-cert-file=${pki}/front-proxy-client.crt`,
    `--proxy-client-key-file=${pki}/front-proxy-client.key`,
  ];
}

const threeKubeconfigs = (layout: Layout, client: Client): readonly string[] =>
  ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"].map(
    (flag) => `--${flag}=${kubeconfigOf(layout, client)}`,
  );

function controllerManager(layout: Layout): readonly string[] {
  const { pki, addresses } = layout;
  return [
    programPath("kubernetes", "kube-controller-manager"),
    ...threeKubeconfigs(layout, "controller-manager"),
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
    `--root-ca-file=${pki}/ca.crt`,
    `--service-account-private-key-file=${pki}/service-accounts.key`,
    "--use-service-account-credentials=true",
    `--cluster-signing-cert-file=${pki}/ca.crt`,
    `--cluster-signing-key-file=${pki}/ca.key`,
    "--allocate-node-cidrs=true",
    `--cluster-cidr=${addresses.podCidr}`,
    `--service-cluster-ip-range=${addresses.serviceCidr}`,
    ...Object.entries(SCALER_PACE).map(([flag, value]) => `--${flag}=${value}`),
  ];
}

function scheduler(layout: Layout): readonly string[] {
  return [
    programPath("kubernetes", "kube-scheduler"),
    ...threeKubeconfigs(layout, "scheduler"),
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
  ];
}

function kubelet(layout: Layout): readonly string[] {
  return [
    programPath("kubernetes", "kubelet"),
    `--config=${join(layout.config, "kubelet.json")}`,
    `--kubeconfig=${kubeconfigOf(layout, "kubelet")}`,
    `--hostname-override=${layout.nodeName}`,
    `--node-ip=${layout.addresses.node}`,
    `--root-dir=${join(layout.root, "kubelet")}`,
  ];
}

/** Traefik's static options; also those of its pod in kind. */
export function traefikOptions(statusAddress: string): readonly string[] {
  return [
    `--entrypoints.web.address=:${PORTS.gateway}`,
    `--entrypoints.metrics.address=:${PORTS.gatewayMetrics}`,
    "--ping=true",
    "--ping.entrypoint=metrics",
    "--providers.kubernetesgateway=true",
    `--providers.kubernetesgateway.statusaddress.ip=${statusAddress}`,
    "--providers.providersThrottleDuration=200ms",
    "--metrics.prometheus=true",
    "--metrics.prometheus.entrypoint=metrics",
    "--metrics.prometheus.addrouterslabels=true",
    "--metrics.prometheus.buckets=0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5",
    "--log.nocolor=true",
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
  ];
}
