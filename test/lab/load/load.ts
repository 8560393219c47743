import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { type Duration, minutes, seconds } from "../../../src/base/duration.ts";
import { type Instant, instant } from "../../../src/base/instant.ts";
import type { Cluster } from "../../cluster/index.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { LabError } from "../lab-error.ts";
import { Answers } from "./answers.ts";
import type { LoadMessage, LoadPlan } from "./record.ts";

export interface LoadOptions {
  /** Host name that the route serves. */
  readonly host: string;
  readonly path?: string;
  /** Requests a second; default 100. */
  readonly rate?: number;
  /** One request of so many goes over a connection of its own; default 10. */
  readonly freshEvery?: number;
  /** Longest run; default 10 minutes. */
  readonly limit?: Duration;
  readonly timeout?: Duration;
}

/** A steady stream of requests through the gateway, or to whatever address stands for it, made by a process of its own. */
export class Load {
  readonly answers = new Answers();
  readonly #child: ChildProcess;
  readonly #done: Promise<void>;
  #ended = false;

  constructor(cluster: Pick<Cluster, "gatewayUrl">, options: LoadOptions) {
    const {
      host,
      path = "/",
      rate = 100,
      freshEvery = 10,
      limit = minutes(10),
      timeout = seconds(5),
    } = options;
    const plan: LoadPlan = {
      url: `${cluster.gatewayUrl}${path}`,
      host,
      rate,
      freshEvery,
      maxRequests: 500_000,
      maxMilliseconds: limit,
      timeout,
    };
    const file = join(import.meta.dirname, "process.ts");
    this.#child = fork(file, [JSON.stringify(plan)], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.#child.on("message", (message: LoadMessage) => {
      if (message.kind === "shots") this.answers.add(message.shots);
      else this.#ended = true;
    });
    this.#done = new Promise((resolve) => this.#child.once("exit", () => resolve()));
  }

  /** Waits until a version has answered `count` requests. @throws ClusterError with what was answered instead */
  async whenAnswered(version: string, count = 1, deadline: Duration = seconds(30)): Promise<void> {
    const answered = (): boolean =>
      (this.answers.figures().versions.find((v) => v.version === version)?.answers ?? 0) >= count;
    const explain = (): string => JSON.stringify(this.answers.figures(), undefined, 2);
    const every = seconds(0.1);
    await waitUntil(`${version} answers ${count} requests`, answered, { deadline, every, explain });
  }

  /** Stops sending, waits for the last answers and returns all. @throws LabError when its process ended too early */
  async stop(): Promise<Answers> {
    // With a callback, a process that ends just now is no uncaught error: that it ended is told below.
    if (this.#child.connected) this.#child.send("stop", () => {});
    await this.#done;
    if (!this.#ended) throw new LabError("process", "the load's process ended before it was told to");
    return this.answers;
  }
}

/** The present time by the clock of this machine, which the load's process shares. */
export const clockNow = (): Instant => instant(performance.timeOrigin + performance.now());
