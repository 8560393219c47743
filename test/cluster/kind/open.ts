import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { minutes, seconds } from "../../../src/base/duration.ts";
import { kubectlFor } from "../addons/kubectl.ts";
import { GATEWAY } from "../addons/manifests.ts";
import type { ClusterName } from "../addresses.ts";
import type { Cluster, ClusterFacts, Component, ComponentName } from "../cluster.ts";
import { ClusterError } from "../errors.ts";
import { run } from "../lib/run.ts";
import { waitUntil } from "../lib/wait.ts";
import { nodeContainer } from "./config.ts";
import { kindState } from "./lifecycle.ts";

/** How a component is taken away inside of kind's node. */
type Handle = {
  /** The name of its process. */
  readonly process: string;
  /** Shell commands that keep it away and bring it back. */
  readonly stop: string;
  readonly start: string;
};

function staticPod(process: string): Handle {
  const file = `${process}.yaml`;
  const [live, parked] = [`/etc/kubernetes/manifests/${file}`, `/etc/kubernetes/${file}`];
  return { process, stop: `mv ${live} ${parked}`, start: `test -e ${live} || mv ${parked} ${live}` };
}

const unit = (name: string): Handle => ({
  process: name,
  stop: `systemctl stop ${name}`,
  start: `systemctl start ${name}`,
});

/** Undefined for what runs as a Deployment, and for what this back end does not have. */
export const HANDLES: Readonly<Partial<Record<ComponentName, Handle>>> = {
  etcd: staticPod("etcd"),
  apiserver: staticPod("kube-apiserver"),
  "controller-manager": staticPod("kube-controller-manager"),
  scheduler: staticPod("kube-scheduler"),
  containerd: unit("containerd"),
  kubelet: unit("kubelet"),
};

function componentOf(facts: ClusterFacts, name: ComponentName): Component {
  const isDeployment = name === "traefik" || name === "prometheus";
  const handle = HANDLES[name];
  if (!handle && !isDeployment)
    throw new ClusterError("usage", `${name} cannot be stopped alone in the kind back end`);
  const process = handle?.process ?? name;
  const inNode = (script: string): Promise<string> =>
    run("docker", ["exec", nodeContainer(facts.name), "sh", "-c", script]);
  const { run: kubectl } = kubectlFor(facts.programs.kubectl, facts.kubeconfig);
  const scale = (replicas: number): Promise<string> =>
    kubectl(["scale", "-n", GATEWAY.namespace, `deployment/${name}`, `--replicas=${replicas}`]);
  const pid = async (): Promise<number | undefined> => {
    const text = (await inNode(`pidof -s ${process} || true`)).trim();
    return text === "" ? undefined : Number(text);
  };
  const gone = { deadline: seconds(60), every: seconds(0.25) };
  const signal = (flag: string): Promise<string> => inNode(`kill -${flag} $(pidof ${process})`);
  const keepAway = (): Promise<string> => (handle ? inNode(handle.stop) : scale(0));
  return {
    name,
    pid,
    async stop() {
      await keepAway();
      await waitUntil(`${name} is gone`, async () => (await pid()) === undefined, gone);
    },
    async start() {
      await (handle ? inNode(handle.start) : scale(1));
      await waitUntil(`${name} runs`, async () => (await pid()) !== undefined, gone);
      const ready = (): Promise<boolean> => kubectl(["get", "--raw", "/readyz"]).then(() => true);
      if (name === "apiserver" || name === "etcd") await waitUntil("the API server answers", ready, gone);
    },
    async kill() {
      await keepAway(); // otherwise its supervisor would have it back before anybody has noticed
      await signal("KILL").catch(() => undefined);
      await waitUntil(`${name} is gone`, async () => (await pid()) === undefined, gone);
    },
    pause: async () => void (await signal("STOP")),
    resume: async () => void (await signal("CONT")),
  };
}

/** Imports an archive, or an image of Docker's store by its tag, straight into the node's containerd. */
async function loadImage(name: ClusterName, archiveOrTag: string): Promise<void> {
  const source = existsSync(archiveOrTag) ? 'cat "$1"' : 'docker save "$1"';
  const target = `docker exec -i ${nodeContainer(name)} ctr -n k8s.io images import --all-platforms --digests -`;
  await run("bash", ["-o", "pipefail", "-c", `${source} | ${target}`, "load", archiveOrTag], {
    deadline: minutes(5),
  });
}

/** The cluster of that name that this back end has started; undefined when there is none. */
export function readKind(name: ClusterName): Cluster | undefined {
  const file = join(kindState(name), "cluster.json");
  if (!existsSync(file)) return undefined;
  const facts = JSON.parse(readFileSync(file, "utf8")) as ClusterFacts;
  return {
    ...facts,
    loadImage: (archiveOrTag) => loadImage(name, archiveOrTag),
    component: (component) => componentOf(facts, component),
  };
}
