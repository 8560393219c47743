import type { Cluster } from "../../../../src/cli/cluster.ts";
import type { CliPorts } from "../../../../src/cli/command-context.ts";
import { readInstalledProgram } from "../../../../src/cli/compose/installed-program.ts";
import { readManifests } from "../../../../src/cli/compose/manifests.ts";
import { reports } from "../../../../src/cli/compose/reports.ts";
import { runCli } from "../../../../src/cli/program.ts";
import { KubeClient } from "../../../../src/kube/client.ts";
import { Transport } from "../../../../src/kube/transport.ts";
import { systemClock } from "../../../../src/telemetry/system-clock.ts";
import { plainCredentials } from "../../../support/short-connection.ts";
import type { MemoryApi } from "./memory-api.ts";

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly tty?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Called with all of stdout whenever something is written to it. */
  readonly onOutput?: (out: string) => void;
}

/** Runs the command line in this process and catches what it prints. */
export async function runWith(
  ports: CliPorts,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  let [out, err] = ["", ""];
  const stdout = {
    isTTY: options.tty === true,
    columns: 120,
    write(text: string) {
      out += text;
      options.onOutput?.(out);
    },
  };
  const stderr = {
    write(text: string) {
      err += text;
    },
  };
  const signal = options.signal ?? new AbortController().signal;
  const exit = await runCli({ args, ports, stdout, stderr, env: options.env ?? {}, signal });
  return { exit, out, err };
}

/** Ports onto a server in memory; `files` are what may be read, and where what is written goes. */
export function memoryPorts(api: MemoryApi, files: Record<string, string> = {}): CliPorts {
  return {
    version: "9.9.9",
    connect: (options) => Promise.resolve(memoryCluster(api, options.namespace)),
    observe: () => Promise.reject(new Error("this server has no whole cluster to observe")),
    presentTraffic: () => Promise.resolve({ counts: new Map(), notes: [] }),
    manifests: () => readManifests(),
    installedProgram: (folder) => readInstalledProgram(folder),
    reports: () => Promise.resolve(reports),
    stackStates: () => Promise.reject(new Error("this server keeps no states of stacks")),
    writeText(path, text) {
      files[path] = text;
      return Promise.resolve();
    },
    readText(path) {
      const text = files[path];
      return text === undefined
        ? Promise.reject(Object.assign(new Error(`no ${path}`), { code: "ENOENT" }))
        : Promise.resolve(text);
    },
  };
}

export function memoryCluster(api: MemoryApi, namespace = "ns"): Cluster {
  const transport = new Transport({ credentials: plainCredentials(api.url), clock: systemClock });
  return {
    client: new KubeClient(transport, { fieldManager: "bascule-cli" }),
    namespace,
    server: api.url,
    clock: systemClock,
    now: () => transport.serverClock.now() ?? systemClock.now(),
    close: () => transport.close(),
  };
}
