import { spawnSync } from "node:child_process";
import { type Duration, milliseconds, minutes, seconds } from "../../src/base/duration.ts";
import { CONTROLLER, CONTROLLER_PODS, SYSTEM_NAMESPACE } from "../../src/cli/install/settings.ts";
import { controllerImage } from "../cluster/images/controller/build.ts";
import type { Cluster } from "../cluster/index.ts";
import { createProgress } from "../cluster/lib/progress.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { CommandLine } from "../support/command-line.ts";
import type { ControllerProcess } from "./controller.ts";
import { type AnyObject, KIND, typeOf } from "./kinds.ts";
import { LabError } from "./lab-error.ts";
import { accepted, type Objects } from "./objects.ts";
import { PRESENT, type Version } from "./version.ts";

/** What tests do with a controller, wherever it runs. */
export type LabController = Pick<
  ControllerProcess,
  "running" | "start" | "stop" | "restart" | "logTail" | "clean" | "url"
>;

export interface PodControllerOptions {
  /** Further arguments of the controller. */
  readonly args?: readonly string[] | undefined;
  /** Folders of stack programs. */
  readonly programs?: readonly string[] | undefined;
  /** What runs at first; default: this checkout. */
  readonly version?: Version | undefined;
}

const NODE = typeOf({ apiVersion: "v1", kind: "Node" });
const REF = { name: CONTROLLER, namespace: SYSTEM_NAMESPACE };

/** The controller in pods of the cluster: an image of this checkout, or of another version, put there by that one's `bascule install`. */
export class PodController implements LabController {
  readonly #cluster: Cluster;
  readonly #objects: Objects;
  readonly #args: readonly string[];
  readonly #programs: readonly string[];
  #version: Version;
  #running = false;
  #url = "";

  constructor(
    cluster: Cluster,
    objects: Objects,
    { args = [], programs = [], version = PRESENT }: PodControllerOptions = {},
  ) {
    this.#cluster = cluster;
    this.#objects = objects;
    this.#args = args;
    this.#programs = programs;
    this.#version = version;
  }

  get running(): boolean {
    return this.#running;
  }

  get url(): string {
    return this.#url;
  }

  /** Builds the image, installs, and waits until the controller is ready. @throws LabError with the end of its log */
  start(deadline?: Duration): Promise<void> {
    return this.install(this.#version, deadline);
  }

  /** Puts a version into the cluster, in the place of the one that runs, with further flags of `install`. @throws LabError with the end of its log */
  async install(
    version: Version,
    deadline: Duration = minutes(1),
    flags: readonly string[] = [],
  ): Promise<void> {
    this.#version = version;
    const image = await this.#image(version);
    const more = [
      ...this.#args.map((arg) => `--controller-arg=${arg}`),
      ...this.#programs.flatMap((folder) => ["--program", folder]),
    ];
    const { kubeconfig, prometheusUrl } = this.#cluster;
    const line = new CommandLine({
      namespace: SYSTEM_NAMESPACE,
      kubeconfig,
      version,
      deadline: milliseconds(deadline + 60_000),
    });
    const ran = await line.run(
      // The lab has applied definitions and roles before, in kubectl's name.
      ...["install", "--image", image, "--prometheus", prometheusUrl, "--force"],
      ...["--timeout", `${deadline / 1_000}s`, ...more, ...flags],
    );
    if (ran.exit !== 0) throw new LabError("process", `${ran.err}${this.logTail()}`);
    this.#running = true;
    const [pod] = await this.pods();
    this.#url = `http://${pod?.status.podIP}:9640`;
  }

  /** Its pods, those on their way out apart. */
  async pods(): Promise<readonly AnyObject[]> {
    const all = await this.#objects.list(KIND.pod, SYSTEM_NAMESPACE, CONTROLLER_PODS);
    return all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** No controller any more; what is installed beside it stays. */
  async stop(): Promise<number | undefined> {
    if (!this.#running) return undefined;
    await this.#objects.patch(KIND.deployment, REF, { spec: { replicas: 0 } });
    const gone = async (): Promise<boolean> =>
      (await this.#objects.list(KIND.pod, SYSTEM_NAMESPACE, CONTROLLER_PODS)).length === 0;
    const explain = (): string => this.logTail();
    await waitUntil("the controller's pods are gone", gone, { deadline: minutes(1), explain });
    this.#running = false;
    return undefined;
  }

  /** Ends its pods and waits until others are ready. */
  async restart(deadline: Duration = minutes(1)): Promise<void> {
    const before = await this.pods();
    for (const { metadata } of before)
      await this.#objects.askToRemove(KIND.pod, { name: metadata.name, namespace: SYSTEM_NAMESPACE });
    const old = new Set(before.map(({ metadata }) => metadata.uid));
    const renewed = async (): Promise<boolean> => {
      const now = await this.pods();
      return now.length === before.length && now.every((pod) => isReady(pod) && !old.has(pod.metadata.uid));
    };
    const explain = (): string => this.logTail();
    await waitUntil("the controller's new pods are ready", renewed, {
      deadline,
      every: seconds(0.2),
      explain,
    });
  }

  /** The last lines of its pods' logs. */
  logTail(lines = 25): string {
    const { kubectl } = this.#cluster.programs;
    const where = ["--kubeconfig", this.#cluster.kubeconfig, "-n", SYSTEM_NAMESPACE];
    const args = [...where, "logs", "-l", CONTROLLER_PODS, `--tail=${lines}`, "--prefix"];
    return spawnSync(kubectl, args, { encoding: "utf8", timeout: 10_000 }).stdout ?? "(no log)";
  }

  /** Nothing of it lies on this machine. */
  clean(): void {}

  /** Makes the image known to the node, unless it is: its name tells its content. */
  async #image(version: Version): Promise<string> {
    return controllerImage(version, createProgress(process.stderr), async ({ tag, withArchive }) => {
      const nodes = accepted("list nodes", await this.#objects.client.list(NODE));
      const names = nodes.items
        .flatMap(({ status }) => status?.images ?? [])
        .flatMap(({ names = [] }) => names);
      if (!names.includes(tag)) await withArchive((archive) => this.#cluster.loadImage(archive));
    });
  }
}

const isReady = ({ status }: AnyObject): boolean =>
  status?.conditions?.some(
    ({ type, status: said }: { readonly type: string; readonly status: string }) =>
      type === "Ready" && said === "True",
  ) === true;
