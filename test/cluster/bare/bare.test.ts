import { expect, test } from "vitest";
import { seconds } from "../../../src/base/duration.ts";
import { dnsManifests } from "../addons/dns.ts";
import { CLUSTER_NAMES } from "../addresses.ts";
import { CLIENTS, certificatesOf } from "./certificates.ts";
import { traefikOptions } from "./commands.ts";
import { renderCni } from "./config/cni.ts";
import { renderContainerd } from "./config/containerd.ts";
import { renderCorefile } from "./config/corefile.ts";
import { renderKubelet } from "./config/kubelet.ts";
import { renderPrometheus } from "./config/prometheus.ts";
import { renderProxy } from "./config/proxy.ts";
import { renderKubeconfig } from "./kubeconfigs.ts";
import { layoutOf } from "./layout.ts";
import { readKeeper } from "./namespaces.ts";

const layout = layoutOf("test");

test("every socket path stays below the kernel's 108 characters", () => {
  for (const name of CLUSTER_NAMES) {
    // the longest one: containerd's shim sockets and kubelet's device sockets lie in private folders elsewhere
    expect(layoutOf(name).containerdSocket.length).toBeLessThan(60);
  }
});

test("the API server's certificate has all names and addresses under which it is called", () => {
  const names = certificatesOf(layout).find((c) => c.file === "apiserver")?.names;
  for (const name of [
    "DNS:kubernetes.default.svc",
    "DNS:localhost",
    "IP:10.97.0.1",
    "IP:172.31.251.2",
    "IP:127.0.0.1",
  ]) {
    expect(names).toContain(name);
  }
});

test("every kubeconfig has its client certificate, and the node's names the node", () => {
  const files = certificatesOf(layout).map((c) => c.file);
  for (const client of CLIENTS) expect(files).toContain(client);
  const node = certificatesOf(layout).find((c) => c.file === "kubelet");
  expect(node?.subject).toBe("/O=system:nodes/CN=system:node:test-node");
});

test("a kubeconfig names server, user and context consistently", () => {
  const config = JSON.parse(renderKubeconfig("c", "https://s", "u", { ca: "A", certificate: "B", key: "C" }));
  expect(config.contexts[0].context).toEqual({
    cluster: config.clusters[0].name,
    user: config.users[0].name,
  });
  expect(config["current-context"]).toBe(config.contexts[0].name);
});

test("the kubelet accepts cgroup v1, lowers no limit and keeps to the cluster's own group", () => {
  expect(JSON.parse(renderKubelet(layout))).toMatchObject({
    failCgroupV1: false,
    cgroupDriver: "cgroupfs",
    cgroupRoot: "/bascule-test",
    maxOpenFiles: 20_000,
    oomScoreAdj: 0,
    imageGCHighThresholdPercent: 100,
    enforceNodeAllocatable: [],
  });
});

test("pods ask the cluster's DNS Service, and the DNS server answers for its domain on the node's address", () => {
  const { clusterDNS, clusterDomain } = JSON.parse(renderKubelet(layout));
  expect(clusterDNS).toEqual(["10.97.0.10"]);
  expect(renderCorefile(layout)).toBe(
    `${clusterDomain} in-addr.arpa ip6.arpa {
  bind 172.31.251.2
  ready 172.31.251.2:8181
  errors
  kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
    kubeconfig /run/bascule/test/config/coredns.kubeconfig
  }
}
`,
  );
});

test("the DNS server's certificate names the user to whom only lists and watches are granted", () => {
  const objects = dnsManifests("10.97.0.10", "172.31.251.2");
  const [role, binding, service, slice] = [
    "ClusterRole",
    "ClusterRoleBinding",
    "Service",
    "EndpointSlice",
  ].map((kind) => objects.find((object) => object.kind === kind));
  const rules = role?.rules as readonly { readonly resources: string[]; readonly verbs: string[] }[];
  expect(rules.flatMap(({ resources }) => resources)).toEqual(["namespaces", "services", "endpointslices"]);
  expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(["list", "watch"]));
  const subject = certificatesOf(layout).find(({ file }) => file === "coredns")?.subject;
  expect(binding?.subjects).toMatchObject([{ kind: "User", name: subject?.replace("/CN=", "") }]);
  expect(service?.spec).toMatchObject({ clusterIP: "10.97.0.10", ports: slice?.ports });
  expect(slice).toMatchObject({
    metadata: { labels: { "kubernetes.io/service-name": "kube-dns" } },
    ports: [
      { name: "dns", protocol: "UDP", port: 53 },
      { name: "dns-tcp", protocol: "TCP", port: 53 },
    ],
    endpoints: [{ addresses: ["172.31.251.2"] }],
  });
});

test("containerd restricts oom_score_adj and keeps everything below the state folder", () => {
  const text = renderContainerd(layout);
  expect(text).toContain("restrict_oom_score_adj = true");
  const paths = [...text.matchAll(/^\s*(?:root|state|address|path|conf_dir) = "([^"]+)"/gm)].map((m) => m[1]);
  expect(paths.length).toBe(5);
  for (const path of paths) expect(path).toMatch(/^\/run\/bascule\/test\//);
});

test("pods get addresses of the cluster's range, and the proxy knows it", () => {
  const bridge = JSON.parse(renderCni(layout)).plugins[0];
  expect(bridge).toMatchObject({ type: "bridge", hairpinMode: true, ipMasq: true });
  expect(bridge.ipam.ranges).toEqual([[{ subnet: "10.245.0.0/24" }]]);
  expect(JSON.parse(renderProxy(layout))).toMatchObject({
    clusterCIDR: "10.245.0.0/16",
    conntrack: { maxPerCore: 0, min: 0 },
  });
});

test("Prometheus scrapes and asks for targets at the given pace", () => {
  const config = JSON.parse(renderPrometheus("172.31.251.2", seconds(0.25)));
  expect(config.global).toMatchObject({ scrape_interval: "250ms", scrape_timeout: "250ms" });
  expect(config.scrape_configs[1].http_sd_configs[0].refresh_interval).toBe("1s");
});

test("the gateway reloads within 200 ms and reports its address", () => {
  expect(traefikOptions("172.31.251.2")).toEqual(
    expect.arrayContaining([
      "--providers.providersThrottleDuration=200ms",
      "--providers.kubernetesgateway.statusaddress.ip=172.31.251.2",
    ]),
  );
});

test("the keeper's record is read, and one that was cut off is not taken for a process", () => {
  const stat = `42 (sh) S ${Array.from({ length: 30 }, (_, i) => String(i + 4)).join(" ")}`;
  expect(readKeeper(`${stat}\nboot-1\n`)).toEqual({ pid: 42, startTime: "22", bootId: "boot-1" });
  expect(readKeeper(`${stat}\n`)).toBeUndefined();
  expect(readKeeper("")).toBeUndefined();
});
