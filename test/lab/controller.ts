import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { LEAN } from "../../image/content.ts";
import { type Duration, minutes, seconds } from "../../src/base/duration.ts";
import type { Cluster } from "../cluster/index.ts";
import { end, identify, isAlive, type ProcessIdentity, signal } from "../cluster/lib/identity.ts";
import { answers, waitUntil } from "../cluster/lib/wait.ts";
import { controllerKubeconfig } from "./controller-access.ts";
import { SYSTEM_NAMESPACE } from "./install.ts";
import { LabError } from "./lab-error.ts";
import { ROOT } from "./objects.ts";

export interface ControllerOptions {
  readonly cluster: Cluster;
  /** Folder of state, passphrase and log; kept from start to start. */
  readonly home: string;
  /** Home of another controller whose passphrase it shares, to take over from it. */
  readonly partnerOf?: string;
  /** How it reaches the API server, when not with a kubeconfig of its service account. */
  readonly kubeconfig?: string;
  /** Another entry module than src/main.ts, for tests that compose the process with faults in it. */
  readonly entry?: string;
  readonly extraArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Leave it running when this process ends. */
  readonly outlives?: boolean;
}

const STOP_WITHIN = seconds(40);

/** The controller as a child process, with everything real around it. */
export class ControllerProcess {
  readonly logFile: string;
  readonly #options: ControllerOptions;
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #url = "";

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.logFile = join(options.home, "controller.log");
    mkdirSync(options.home, { recursive: true });
    const passphrase = join(options.home, "passphrase");
    if (options.partnerOf === undefined && !existsSync(passphrase))
      writeFileSync(passphrase, randomBytes(16).toString("hex"), { mode: 0o600 });
  }

  /** Address of /readyz and /metrics. */
  get url(): string {
    return this.#url;
  }

  get home(): string {
    return this.#options.home;
  }

  get identity(): ProcessIdentity | undefined {
    return this.#identity;
  }

  get running(): boolean {
    return this.#identity !== undefined && isAlive(this.#identity);
  }

  /** Starts it and waits until it is ready. @throws LabError with the end of its log */
  async start(deadline: Duration = minutes(1)): Promise<void> {
    if (this.running) return;
    await this.launch();
    const settled = async (): Promise<boolean> => !this.running || (await answers(`${this.#url}/readyz`));
    const every = seconds(0.1);
    const explain = (): string => this.logTail();
    await waitUntil("the controller is ready", settled, { deadline, every, explain });
    if (!this.running) throw new LabError("process", `the controller ended\n${this.logTail()}`);
  }

  /** Starts it without waiting for anything. */
  async launch(): Promise<void> {
    const {
      cluster,
      home,
      partnerOf,
      entry = join(ROOT, "src/main.ts"),
      extraArgs = [],
      outlives = false,
    } = this.#options;
    const own = this.#options.kubeconfig ?? controllerKubeconfig(cluster, home);
    const [port, kubeconfig] = await Promise.all([freePort(), own]);
    this.#url = `http://127.0.0.1:${port}`;
    const log = openSync(this.logFile, "a", 0o600);
    const args = [
      entry,
      ...["--kubeconfig", kubeconfig, "--namespace", SYSTEM_NAMESPACE],
      ...["--prometheus", cluster.prometheusUrl, "--listen", `127.0.0.1:${port}`],
      ...["--pulumi", cluster.programs.pulumi, "--provider", dirname(cluster.programs.pulumiKubernetes)],
      ...["--home", home, "--passphrase-file", join(partnerOf ?? home, "passphrase")],
      ...extraArgs,
    ];
    const child = spawn(process.execPath, [...LEAN.flags, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...LEAN.environment, ...this.#options.env },
      stdio: ["ignore", log, log],
      detached: outlives,
    });
    closeSync(log);
    if (outlives) child.unref();
    this.#child = child;
    this.#identity = child.pid === undefined ? undefined : identify(child.pid);
    if (!this.#identity) throw new LabError("process", "the controller could not be started");
  }

  /** Asks it to end and waits until it has. @returns its exit code; undefined when a signal ended it */
  async stop(): Promise<number | undefined> {
    return this.#finish("SIGTERM");
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.#finish("SIGKILL");
  }

  /** Suspends it with all that it knows, until `resume`. What it has started goes on. */
  pause(): void {
    if (this.#identity) signal(this.#identity, "SIGSTOP");
  }

  resume(): void {
    if (this.#identity) signal(this.#identity, "SIGCONT");
  }

  /** Its metrics, in the format of Prometheus. */
  async metrics(): Promise<string> {
    const answer = await fetch(`${this.#url}/metrics`, { signal: AbortSignal.timeout(2_000) });
    return answer.text();
  }

  /** Whether it leads; false while it stands by, is paused or is gone. */
  async leads(): Promise<boolean> {
    if (!this.running) return false;
    const text = await this.metrics().catch(() => "");
    return /^bascule_leader 1$/m.test(text);
  }

  /** `kill -9` and a new start. */
  async restart(deadline?: Duration): Promise<void> {
    await this.kill();
    await this.start(deadline);
  }

  /** The last lines of its log. */
  logTail(lines = 25): string {
    if (!existsSync(this.logFile)) return "(no log)";
    return readFileSync(this.logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  /** Removes state and log. */
  clean(): void {
    rmSync(this.#options.home, { recursive: true, force: true });
  }

  async #finish(name: "SIGTERM" | "SIGKILL"): Promise<number | undefined> {
    const id = this.#identity;
    if (!id) return undefined;
    signal(id, name);
    const gone = (): boolean => !isAlive(id);
    const explain = (): string => this.logTail();
    await waitUntil(`the controller ends after ${name}`, gone, { deadline: STOP_WITHIN, explain });
    this.#identity = undefined;
    return this.#child?.exitCode ?? undefined;
  }
}

/** Ends a controller that another process started. */
export const endController = (id: ProcessIdentity): Promise<void> => end(id);

/** A port of this machine that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
