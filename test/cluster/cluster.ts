import type { ClusterName } from "./addresses.ts";

/** A part of the cluster that a fault test can take away and bring back alone. */
export type Component = {
  readonly name: string;
  /** The process as the host sees it; undefined while it is stopped. */
  pid(): Promise<number | undefined>;
  /** Asks it to end (SIGTERM, then SIGKILL) and returns when it is gone. */
  stop(): Promise<void>;
  /** Starts it with the same command as before and returns when it answers. Nothing happens while it runs. */
  start(): Promise<void>;
  /** SIGKILL, without a chance to say goodbye. Returns when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, and nobody answers. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
};

export const COMPONENTS = [
  "etcd",
  "apiserver",
  "controller-manager",
  "scheduler",
  "containerd",
  "kubelet",
  "kube-proxy",
  "coredns",
  "traefik",
  "prometheus",
  "discovery",
] as const;
export type ComponentName = (typeof COMPONENTS)[number];

export type Programs = {
  readonly kubectl: string;
  readonly pulumi: string;
  /** An ambient plugin: the Pulumi CLI takes it from PATH. */
  readonly pulumiKubernetes: string;
  /** Folders of all of them, to be put first on PATH. */
  readonly path: string;
};

/** A running cluster, whatever back end runs it. */
export type Cluster = {
  readonly name: ClusterName;
  readonly backend: "bare" | "kind";
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly apiServer: string;
  readonly gatewayUrl: string;
  readonly gatewayMetricsUrl: string;
  readonly prometheusUrl: string;
  /** The cluster's DNS server, as pods ask it. */
  readonly dnsAddress: string;
  /** The host as pods and the API server (webhooks) reach it. */
  readonly hostAddress: string;
  /** What service accounts of Bascule asked the API server for, a line of JSON each; only where the back end keeps it. */
  readonly auditLog?: string;
  readonly programs: Programs;
  /** Makes an image known to the node: the path of an archive, or a tag of the local image store. */
  loadImage(archiveOrTag: string): Promise<void>;
  component(name: ComponentName): Component;
};

/** What is printed and stored of a cluster: everything but the functions. */
export type ClusterFacts = Omit<Cluster, "loadImage" | "component">;
