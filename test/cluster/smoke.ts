/**
 * End-to-end check of the local cluster, run by hand:
 *
 *   node test/cluster/smoke.ts [NAME] [--backend bare|kind|auto] [--keep-failed]
 *
 * Starts the cluster, serves the shop through the gateway, finds its requests in Traefik's metrics and in Prometheus,
 * takes each component away and brings it back, ends the cluster and looks for what is left.
 */
import { parseArgs } from "node:util";
import { seconds } from "../../src/base/duration.ts";
import { type Kubectl, kubectlFor } from "./addons/kubectl.ts";
import { readClusterName } from "./addresses.ts";
import { readBackend } from "./cli/args.ts";
import type { Cluster, ComponentName } from "./cluster.ts";
import { clusterDown, clusterFaults, clusterUp } from "./index.ts";
import { createProgress } from "./lib/progress.ts";
import { waitUntil } from "./lib/wait.ts";
import { fetchOnce, query } from "./smoke/http.ts";
import { readLeftovers } from "./smoke/leftovers.ts";
import { fetchJob, HOSTNAME, NAMESPACE, shopDeployment, shopObjects } from "./smoke/objects.ts";

const progress = createProgress(process.stderr);
const check = (title: string, run: () => Promise<void>): Promise<void> =>
  progress.step(title, run, { quiet: true });

function expectEqual(what: string, actual: unknown, wanted: unknown): void {
  if (actual !== wanted) throw new Error(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
}

/** Statuses of `count` requests, one after the other. */
async function statusesOf(url: string, count: number, host?: string): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i += 1) statuses.push((await fetchOnce(url, host)).status);
  return statuses;
}

async function podAddress(kubectl: Kubectl, app: string): Promise<string> {
  return (
    await kubectl.run([
      "get",
      "pod",
      "-n",
      NAMESPACE,
      "-l",
      `app=${app}`,
      "-o",
      "jsonpath={.items[0].status.podIP}",
    ])
  ).trim();
}

async function checkServing(cluster: Cluster, kubectl: Kubectl): Promise<void> {
  const throughGateway = async (): Promise<boolean> =>
    (await fetchOnce(`${cluster.gatewayUrl}/`, HOSTNAME)).status === 200;
  await check("shop v0 becomes available under Pod Security restricted", async () => {
    await kubectl.apply(shopObjects());
    await kubectl.apply([shopDeployment("v0", 2)]);
    await kubectl.wait(["--for=condition=Available", "-n", NAMESPACE, "deployment/shop-v0"]);
  });
  await check("40 requests through the gateway answer 200 with the version", async () => {
    await waitUntil("the route is in force", throughGateway, { deadline: seconds(20) });
    const statuses = await statusesOf(`${cluster.gatewayUrl}/`, 40, HOSTNAME);
    expectEqual("answers other than 200", statuses.filter((s) => s !== 200).length, 0);
    expectEqual("x-version", (await fetchOnce(`${cluster.gatewayUrl}/`, HOSTNAME)).version, "v0");
  });
  await check("Traefik counts them under the Service's name", async () => {
    const { body } = await fetchOnce(cluster.gatewayMetricsUrl);
    const line = body
      .split("\n")
      .find((l) => l.startsWith("traefik_service_requests_total") && l.includes(`"${NAMESPACE}-shop-`));
    if (!(Number(line?.split(" ").at(-1)) >= 41)) throw new Error(`traefik_service_requests_total: ${line}`);
  });
  await check("Prometheus has the gateway's and the pods' counters with the labels of the slot", async () => {
    const pods = `sum(http_requests_total{namespace="${NAMESPACE}",app="shop-v0",bascule_plan="shop",bascule_slot="blue",bascule_release="v0",code="200"})`;
    const gateway = `sum(traefik_service_requests_total{service=~"${NAMESPACE}-shop-.*"})`;
    for (const promql of [pods, gateway]) {
      const atLeast41 = async (): Promise<boolean> =>
        ((await query(cluster.prometheusUrl, promql)) ?? 0) >= 41;
      await waitUntil(promql, atLeast41, { deadline: seconds(30), every: seconds(0.25) });
    }
  });
}

async function checkVariants(cluster: Cluster, kubectl: Kubectl): Promise<void> {
  await kubectl.apply([shopDeployment("v4", 1), shopDeployment("slow", 1), shopDeployment("crash", 1)]);
  await kubectl.wait([
    "--for=condition=Available",
    "-n",
    NAMESPACE,
    "deployment/shop-v4",
    "deployment/shop-slow",
  ]);
  if (cluster.backend === "bare") await checkDirect(kubectl); // pods have no route from the host in kind
  await check("shop:crash restarts and is reported", async () => {
    const reason = [
      "get",
      "pod",
      "-n",
      NAMESPACE,
      "-l",
      "app=shop-crash",
      "-o",
      "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}",
    ];
    const crashes = async (): Promise<boolean> => (await kubectl.run(reason)).includes("CrashLoopBackOff");
    await waitUntil("CrashLoopBackOff", crashes, { deadline: seconds(60), every: seconds(0.5) });
  });
  await check("a Job on busybox reaches the Service by its ClusterIP", async () => {
    const ip = await kubectl.run([
      "get",
      "service",
      "shop",
      "-n",
      NAMESPACE,
      "-o",
      "jsonpath={.spec.clusterIP}",
    ]);
    await checkFetch(kubectl, "fetch-by-address", `http://${ip.trim()}/`);
  });
  for (const host of ["shop", `shop.${NAMESPACE}.svc.cluster.local`]) {
    await check(`a Job on busybox reaches the Service as ${host}`, () =>
      checkFetch(kubectl, `fetch-${host.replaceAll(".", "-")}`, `http://${host}/`),
    );
  }
}

/** A Job gets the shop's version from this address. */
async function checkFetch(kubectl: Kubectl, job: string, url: string): Promise<void> {
  await kubectl.apply([fetchJob(job, url)]);
  await kubectl.wait(["--for=condition=Complete", "-n", NAMESPACE, `job/${job}`]);
  const log = await kubectl.run(["logs", "-n", NAMESPACE, `job/${job}`]);
  expectEqual("version in the Job's log", (JSON.parse(log) as { version?: string }).version, "v0");
}

async function checkDirect(kubectl: Kubectl): Promise<void> {
  await check("shop:v4 fails exactly 30 of 100 requests", async () => {
    const statuses = await statusesOf(`http://${await podAddress(kubectl, "shop-v4")}:8080/`, 100);
    expectEqual("failures", statuses.filter((s) => s === 500).length, 30);
    expectEqual("successes", statuses.filter((s) => s === 200).length, 70);
  });
  await check("shop:slow takes 400 ms, its probes and scrapes are not counted", async () => {
    const url = `http://${await podAddress(kubectl, "shop-slow")}:8080`;
    const from = performance.now();
    await fetchOnce(`${url}/`);
    if (performance.now() - from < 395) throw new Error("answered in less than 395 ms");
    const { body } = await fetchOnce(`${url}/metrics`);
    if (!body.includes("http_request_duration_seconds_count 1\n")) throw new Error(body);
  });
}

const RESTARTED: readonly ComponentName[] = [
  "controller-manager",
  "scheduler",
  "kubelet",
  "containerd",
  "kube-proxy",
  "coredns",
  "discovery",
  "prometheus",
  "traefik",
  "etcd",
  "apiserver",
];

async function checkFaults(cluster: Cluster, kubectl: Kubectl): Promise<void> {
  const shopIsKnown = async (): Promise<boolean> =>
    (
      await kubectl.run([
        "get",
        "deployment",
        "shop-v0",
        "-n",
        NAMESPACE,
        "-o",
        "name",
        "--request-timeout=2s",
      ])
    ).includes("shop-v0");
  for (const name of RESTARTED.filter(
    (n) => cluster.backend === "bare" || !["coredns", "discovery", "kube-proxy"].includes(n),
  )) {
    await check(`${name} is killed and comes back as another process`, async () => {
      const component = cluster.component(name);
      const before = await component.pid();
      await component.kill();
      expectEqual("process after kill", await component.pid(), undefined);
      await component.start();
      const after = await component.pid();
      if (after === undefined || after === before)
        throw new Error(`process ${before} before, ${after} after`);
    });
  }
  await check("the data outlived all of that, and traffic still flows", async () => {
    await waitUntil("the shop is known", shopIsKnown, { deadline: seconds(30), every: seconds(0.25) });
    const serves = async (): Promise<boolean> =>
      (await fetchOnce(`${cluster.gatewayUrl}/`, HOSTNAME)).status === 200;
    await waitUntil("the gateway answers 200", serves, { deadline: seconds(30) });
    let faults: readonly string[] = [];
    const isHealthy = async (): Promise<boolean> => {
      faults = await clusterFaults(cluster.name);
      return faults.length === 0;
    };
    const explain = (): string => `does not answer: ${faults.join(", ")}`;
    await waitUntil("the cluster is healthy", isHealthy, { deadline: seconds(20), explain });
  });
  await check("a paused etcd stops writes, a resumed one takes them", async () => {
    const write = (value: string): Promise<string> =>
      kubectl.run([
        "annotate",
        "namespace",
        NAMESPACE,
        `smoke=${value}`,
        "--overwrite",
        "--request-timeout=2s",
      ]);
    const etcd = cluster.component("etcd");
    await etcd.pause();
    const refused = await write("paused").then(
      () => false,
      () => true,
    );
    await etcd.resume();
    expectEqual("a write was refused while etcd was paused", refused, true);
    await waitUntil("writes work again", () => write("resumed").then(() => true), {
      deadline: seconds(30),
      every: seconds(0.25),
    });
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: "string", default: "auto" },
    "keep-failed": { type: "boolean", default: false },
  },
});
const named = readClusterName(positionals[0] ?? "test");
const backend = readBackend(values.backend);
const keep = values["keep-failed"];

const cluster = await clusterUp({ name: named, backend, progress });
let failed = true;
try {
  const kubectl = kubectlFor(cluster.programs.kubectl, cluster.kubeconfig);
  await checkServing(cluster, kubectl);
  await checkVariants(cluster, kubectl);
  await checkFaults(cluster, kubectl);
  failed = false;
} finally {
  if (failed && keep) progress.note(`cluster ${named} is left as it is`);
  else await progress.step("end the cluster", () => clusterDown(named));
}
if (cluster.backend === "bare") {
  await check("nothing is left: processes, mounts, devices, routes, cgroups, files", async () => {
    const left = await readLeftovers(named);
    if (left.length > 0) throw new Error(left.join("\n"));
  });
}
progress.note("smoke: all checks passed");
