import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Duration, minutes, seconds } from "../../../src/base/duration.ts";
import { kubectlFor } from "../addons/kubectl.ts";
import { GATEWAY, gatewayManifests } from "../addons/manifests.ts";
import { addressesOf, type ClusterName } from "../addresses.ts";
import { PORTS } from "../bare/layout.ts";
import type { ClusterFacts } from "../cluster.ts";
import { ClusterError } from "../errors.ts";
import type { Progress } from "../lib/progress.ts";
import { run, tryRun } from "../lib/run.ts";
import { cacheRoot } from "../programs/cache-key.ts";
import { FAMILIES, type FamilyName, KIND_FAMILY } from "../programs/families.ts";
import { ensurePrograms, folderOf, gatewayApiCrds, readPrograms } from "../programs.ts";
import { hostPortsOf, kindName, nodeContainer, renderKindConfig } from "./config.ts";
import { loadKindImages } from "./images.ts";
import { prometheusManifests, traefikManifests } from "./manifests.ts";

export type KindOptions = { readonly progress: Progress; readonly scrapeInterval: Duration };

/** The state of a kind cluster: kubeconfig and facts, kept in the cache folder because Docker needs no root. */
export const kindState = (name: ClusterName): string => join(cacheRoot(), "kind", name);

export const dockerAnswers = (): Promise<boolean> => tryRun("docker", ["info"], { deadline: seconds(10) });

/** `kind` from PATH, or built once from its Go module. */
async function kindProgram(progress: Progress): Promise<string> {
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "kind"))
    .find(existsSync);
  if (onPath) return onPath;
  await ensurePrograms(progress, [KIND_FAMILY]);
  return join(folderOf(KIND_FAMILY), "kind");
}

/** What kind brings itself, or runs as an image. */
const INSIDE: readonly FamilyName[] = ["coredns", "traefik"];

/** Starts the cluster anew in a Docker container. */
export async function startKind(name: ClusterName, options: KindOptions): Promise<void> {
  const { progress } = options;
  if (!(await dockerAnswers()))
    throw new ClusterError("missing", "docker info does not answer: start Docker or use --backend bare");
  const kind = await kindProgram(progress);
  await ensurePrograms(
    progress,
    FAMILIES.filter(({ name }) => !INSIDE.includes(name)),
  );
  const state = kindState(name);
  const kubeconfig = join(state, "kubeconfig");
  await progress.step("end earlier start", () => stopKind(name));
  mkdirSync(state, { recursive: true, mode: 0o700 });
  await progress.step("kind create cluster", () =>
    run(
      kind,
      [
        "create",
        "cluster",
        "--name",
        kindName(name),
        "--kubeconfig",
        kubeconfig,
        "--wait",
        "120s",
        "--config",
        "-",
      ],
      {
        input: renderKindConfig(name),
        deadline: minutes(10),
      },
    ),
  );
  const address = await inspect(name, "{{.NetworkSettings.Networks.kind.IPAddress}}");
  await progress.step("images", () => loadKindImages(kind, name));
  const crds = await gatewayApiCrds();
  const kubectl = kubectlFor(readPrograms().kubectl, kubeconfig);
  await progress.step("gateway and prometheus", async () => {
    await kubectl.run(["apply", "--server-side", "--force-conflicts", "-f", crds]);
    await kubectl.wait(["--for=condition=Established", "-f", crds]);
    await kubectl.apply(gatewayManifests(PORTS.gateway));
    await kubectl.apply([...traefikManifests(address), ...prometheusManifests(options.scrapeInterval)]);
    const available = ["--for=condition=Available", "-n", GATEWAY.namespace];
    await kubectl.wait([...available, "deployment/traefik", "deployment/prometheus"], seconds(110));
    await kubectl.wait(["--for=condition=Programmed", "-n", GATEWAY.namespace, `gateway/${GATEWAY.name}`]);
  });
  const facts = await factsOf(name, kubeconfig);
  writeFileSync(join(state, "cluster.json"), JSON.stringify(facts, undefined, 2));
}

const inspect = (name: ClusterName, format: string): Promise<string> =>
  run("docker", ["inspect", "-f", format, nodeContainer(name)]).then((text) => text.trim());

async function factsOf(name: ClusterName, kubeconfig: string): Promise<ClusterFacts> {
  const ports = hostPortsOf(name);
  const view = await kubectlFor(readPrograms().kubectl, kubeconfig).run([
    "config",
    "view",
    "-o",
    "jsonpath={.clusters[0].cluster.server}",
  ]);
  return {
    name,
    backend: "kind",
    kubeconfig,
    apiServer: view.trim(),
    gatewayUrl: `http://127.0.0.1:${ports.gateway}`,
    gatewayMetricsUrl: `http://127.0.0.1:${ports.metrics}/metrics`,
    prometheusUrl: `http://127.0.0.1:${ports.prometheus}`,
    dnsAddress: addressesOf(name).dnsService,
    hostAddress: await inspect(name, "{{.NetworkSettings.Networks.kind.Gateway}}"),
    programs: readPrograms(),
  };
}

/** Removes the node's container and the state; Docker itself is enough for that. */
export async function stopKind(name: ClusterName): Promise<void> {
  await tryRun("docker", ["rm", "-f", "-v", nodeContainer(name)]);
  rmSync(kindState(name), { recursive: true, force: true });
}
