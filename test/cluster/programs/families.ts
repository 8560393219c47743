import { type Duration, minutes, seconds } from "../../../src/base/duration.ts";

export type FamilyName =
  | "kubernetes"
  | "traefik"
  | "coredns"
  | "pulumi"
  | "pulumi-kubernetes"
  | "kind"
  | "helm";

/** Programs that are built together from one Go module of ours, `programs/<name>`. */
export type Family = {
  readonly name: FamilyName;
  /** What `go build` is asked to build. */
  readonly target: "tool" | ".";
  readonly tags: readonly string[];
  /** Link-time variables: unstamped programs report v0.0.0 and clients stumble. */
  readonly stamps: Readonly<Record<string, string>>;
  readonly binaries: readonly string[];
  /** Files of our module that belong to the cache key besides go.mod and go.sum. */
  readonly sources: readonly string[];
  /** A cold build with downloads on two cores, for the announcement only. */
  readonly estimate: Duration;
};

const KUBERNETES = { gitVersion: "v1.35.4", gitMajor: "1", gitMinor: "35", gitTreeState: "clean" };

const stampsOf = (pkg: string, values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${pkg}.${name}`, value]));

export const FAMILIES: readonly Family[] = [
  {
    name: "kubernetes",
    target: "tool",
    tags: ["selinux", "notest", "grpcnotrace"],
    stamps: {
      ...stampsOf("k8s.io/component-base/version", KUBERNETES),
      ...stampsOf("k8s.io/client-go/pkg/version", KUBERNETES),
    },
    // "server" is etcd: the last path element of its main package.
    binaries: [
      "kube-apiserver",
      "kube-controller-manager",
      "kube-scheduler",
      "kubelet",
      "kube-proxy",
      "kubectl",
      "server",
    ],
    sources: [],
    estimate: minutes(8),
  },
  {
    name: "traefik",
    target: "tool",
    tags: [],
    stamps: { "github.com/traefik/traefik/v3/pkg/version.Version": "v3.6.12" },
    binaries: ["traefik"],
    sources: [],
    estimate: minutes(8),
  },
  {
    name: "coredns",
    target: ".",
    tags: [],
    stamps: { "github.com/coredns/coredns/coremain.gitTag": "v1.14.7" },
    binaries: ["coredns"],
    sources: ["main.go"],
    estimate: minutes(3),
  },
  {
    name: "pulumi",
    target: "tool",
    tags: ["osusergo", "grpcnotrace"],
    stamps: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.250.0" },
    binaries: ["pulumi"],
    sources: [],
    estimate: minutes(5),
  },
  {
    name: "pulumi-kubernetes",
    target: ".",
    tags: [],
    stamps: { "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version": "4.18.2" },
    binaries: ["pulumi-resource-kubernetes"],
    sources: ["main.go"],
    estimate: minutes(6),
  },
];

/** Only for the back end that needs Docker, and only when there is no `kind` on PATH. */
export const KIND_FAMILY: Family = {
  name: "kind",
  target: "tool",
  tags: [],
  stamps: {},
  binaries: ["kind"],
  sources: [],
  estimate: seconds(60),
};

/** Only for the test that the chart renders to what the other ways install. */
export const HELM_FAMILY: Family = {
  name: "helm",
  target: "tool",
  tags: [],
  stamps: {
    "helm.sh/helm/v3/internal/version.version": "v3.19.2",
    // What a chart is rendered and checked for when no cluster is asked.
    ...stampsOf("helm.sh/helm/v3/pkg/chartutil", { k8sVersionMajor: "1", k8sVersionMinor: "35" }),
    ...stampsOf("helm.sh/helm/v3/pkg/lint/rules", { k8sVersionMajor: "1", k8sVersionMinor: "35" }),
  },
  binaries: ["helm"],
  sources: [],
  estimate: minutes(4),
};

/** The arguments of `go build`; part of the cache key, so that a changed flag is a new build. */
export function renderBuildArgs(family: Family): readonly string[] {
  const stamps = Object.entries(family.stamps).map(([name, value]) => ` -X ${name}=${value}`);
  return [
    "build",
    "-trimpath",
    "-buildvcs=false",
    ...(family.tags.length > 0 ? ["-tags", family.tags.join(",")] : []),
    "-ldflags",
    `-s -w${stamps.join("")}`,
  ];
}
