import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { type Duration, milliseconds, seconds } from "../../../src/base/duration.ts";
import { dnsManifests } from "../addons/dns.ts";
import { kubectlFor } from "../addons/kubectl.ts";
import { GATEWAY, gatewayManifests } from "../addons/manifests.ts";
import type { ClusterFacts } from "../cluster.ts";
import { ClusterError } from "../errors.ts";
import { ensureImages } from "../images/archive.ts";
import { withLock } from "../lib/lock.ts";
import type { Progress } from "../lib/progress.ts";
import { waitUntil } from "../lib/wait.ts";
import { ensurePrograms, gatewayApiCrds, readPrograms } from "../programs.ts";
import { writeCertificates } from "./certificates.ts";
import { createCgroups } from "./cgroups.ts";
import { startComponent } from "./component.ts";
import { writeConfig } from "./config/write.ts";
import { ensurePackages } from "./debian.ts";
import { removeNode } from "./down.ts";
import { importImages } from "./import-images.ts";
import { writeKubeconfigs } from "./kubeconfigs.ts";
import { type Layout, PORTS } from "./layout.ts";
import { createNamespaces, prepareMounts } from "./namespaces.ts";
import { createLink, raiseInotifyLimit } from "./network.ts";

export type BareOptions = { readonly progress: Progress; readonly scrapeInterval: Duration };

/** @throws ClusterError `missing` where this back end cannot work at all. */
export function requireBareHost(): void {
  if (process.platform !== "linux")
    throw new ClusterError("missing", "the bare back end needs Linux; use --backend kind");
  if (process.getuid?.() !== 0)
    throw new ClusterError(
      "missing",
      "the bare back end needs root (namespaces, mounts); use sudo or --backend kind",
    );
}

/** Starts the cluster anew: first ends whatever an earlier start left. */
export async function startBare(layout: Layout, options: BareOptions): Promise<ClusterFacts> {
  const { progress } = options;
  requireBareHost();
  await ensurePackages(progress);
  await ensurePrograms(progress);
  const images = await ensureImages(progress);
  const crds = await gatewayApiCrds();
  return withLock(layout.lock, async () => {
    await progress.step("end earlier start", () => removeNode(layout));
    await progress.step("prepare node", () => prepareNode(layout, options.scrapeInterval));
    await Promise.all([
      progress.step("control plane", () => startControlPlane(layout)),
      progress.step("container runtime and images", async () => {
        await startComponent(layout, "containerd");
        await importImages(layout, images);
      }),
    ]);
    await Promise.all([
      progress.step("node ready", () => startNode(layout)),
      progress.step("gateway", () => startGateway(layout, crds)),
      progress.step("cluster DNS", () => startDns(layout)),
      progress.step("prometheus", async () => {
        await startComponent(layout, "discovery");
        await startComponent(layout, "prometheus");
      }),
    ]);
    const facts = factsOf(layout);
    writeFileSync(`${layout.facts}.new`, JSON.stringify(facts, undefined, 2));
    renameSync(`${layout.facts}.new`, layout.facts); // there when, and only when, the cluster is whole
    return facts;
  });
}

async function prepareNode(layout: Layout, scrapeInterval: Duration): Promise<void> {
  for (const folder of [layout.root, layout.logs, layout.components, layout.config]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  raiseInotifyLimit();
  createCgroups(layout);
  writeConfig(layout, scrapeInterval);
  const certificates = writeCertificates(layout);
  const namespaces = createNamespaces(layout).then(async (record) => {
    await prepareMounts(record, layout);
    await createLink(record, layout);
  });
  await Promise.all([certificates, namespaces]);
  writeKubeconfigs(layout);
}

async function startControlPlane(layout: Layout): Promise<void> {
  await startComponent(layout, "etcd");
  await startComponent(layout, "apiserver");
  await Promise.all([startComponent(layout, "controller-manager"), startComponent(layout, "scheduler")]);
}

const kubectl = (layout: Layout) => kubectlFor(readPrograms().kubectl, layout.kubeconfig);

async function startNode(layout: Layout): Promise<void> {
  await Promise.all([startComponent(layout, "kubelet"), startComponent(layout, "kube-proxy")]);
  const exists = (): Promise<boolean> =>
    kubectl(layout)
      .run(["get", "node", layout.nodeName])
      .then(() => true);
  await waitUntil("the node has registered", exists, { deadline: seconds(60), every: milliseconds(200) });
  await kubectl(layout).wait(["--for=condition=Ready", `node/${layout.nodeName}`], seconds(60));
}

async function startGateway(layout: Layout, crds: string): Promise<void> {
  const { run, wait, apply } = kubectl(layout);
  await run(["apply", "--server-side", "--force-conflicts", "-f", crds]);
  await wait(["--for=condition=Established", "-f", crds]);
  await Promise.all([startComponent(layout, "traefik"), apply(gatewayManifests(PORTS.gateway))]);
  await wait(["--for=condition=Programmed", "-n", GATEWAY.namespace, `gateway/${GATEWAY.name}`]);
}

/** The rights come first: a list that is refused is tried again only after a while. */
async function startDns(layout: Layout): Promise<void> {
  const { dnsService, node } = layout.addresses;
  await kubectl(layout).apply(dnsManifests(dnsService, node));
  await startComponent(layout, "coredns");
}

/** What users of the cluster are told. */
export function factsOf(layout: Layout): ClusterFacts {
  const { node, host, dnsService } = layout.addresses;
  return {
    name: layout.name,
    backend: "bare",
    kubeconfig: layout.kubeconfig,
    apiServer: `https://${node}:${PORTS.apiserver}`,
    gatewayUrl: `http://${node}:${PORTS.gateway}`,
    gatewayMetricsUrl: `http://${node}:${PORTS.gatewayMetrics}/metrics`,
    prometheusUrl: `http://${node}:${PORTS.prometheus}`,
    dnsAddress: dnsService,
    hostAddress: host,
    auditLog: layout.auditLog,
    programs: readPrograms(),
  };
}
