import { type ChildProcess, execFile } from "node:child_process";
import { join } from "node:path";
import { type Duration, seconds } from "../../src/base/duration.ts";
import { PRESENT, type Version } from "../lab/version.ts";

const ENTRY = "src/cli/main.ts";

export interface CommandLineOptions {
  readonly namespace: string;
  readonly kubeconfig?: string;
  /** Whose command line; default: this checkout's. */
  readonly version?: Version;
  /** Of one command; default 90 s. */
  readonly deadline?: Duration;
}

/** What a run of the command line left. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** The command line as people run it, in a process of its own; without `kubeconfig` that of KUBECONFIG. */
export class CommandLine {
  readonly #entry: string;
  readonly #globals: readonly string[];
  readonly #deadline: Duration;

  constructor({ namespace, kubeconfig, version = PRESENT, deadline = seconds(90) }: CommandLineOptions) {
    this.#entry = join(version.folder, ENTRY);
    this.#deadline = deadline;
    this.#globals = ["-n", namespace, ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig])];
  }

  /** Runs it to its end. */
  run(...args: readonly string[]): Promise<Ran> {
    return this.start(...args).ran;
  }

  /** Starts it; `out` is what it has shown so far. */
  start(...args: readonly string[]): {
    readonly ran: Promise<Ran>;
    readonly child: ChildProcess;
    out(): string;
  } {
    let shown = "";
    const { promise: ran, resolve } = Promise.withResolvers<Ran>();
    const options = { timeout: this.#deadline, maxBuffer: 2 ** 24, env: { ...process.env, NO_COLOR: "1" } };
    const all = [this.#entry, ...this.#globals, ...args];
    const child = execFile(process.execPath, all, options, (error, out, err) =>
      resolve({ exit: error === null ? 0 : Number(error.code ?? -1), out, err }),
    );
    child.stdout?.on("data", (text: string) => {
      shown += text;
    });
    return { ran, child, out: () => shown };
  }
}
