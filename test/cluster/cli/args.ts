import { parseArgs } from "node:util";
import { type Duration, readDuration, seconds } from "../../../src/base/duration.ts";
import { CLUSTER_NAMES, type ClusterName, DEFAULT_NAME, readClusterName } from "../addresses.ts";
import { ClusterError } from "../errors.ts";
import type { Backend } from "../options.ts";

export const HELP = `Usage: node test/cluster/main.ts COMMAND [options]

A local Kubernetes cluster with Gateway API, Prometheus and sample images.

Commands:
  up        start the cluster; an earlier one of the same name is ended first
  down      end it and remove everything that it made
  status    say whether it runs and what does not answer
  env       print variables for a shell:  eval "$(node test/cluster/main.ts env)"
  build     build programs and images, without starting anything

Options:
  --name NAME              ${CLUSTER_NAMES.join(", ")} (default ${DEFAULT_NAME});
                           clusters of different names run side by side
  --backend BACKEND        bare (processes in namespaces, needs root), kind (Docker)
                           or auto (default: kind where Docker answers)
  --keep                   up: leave a healthy cluster as it is
  --scrape-interval TIME   up: how often Prometheus scrapes (default 1s)
  --json                   print facts as JSON
  --help                   print this text

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not up or something is missing,
4 a deadline passed, 5 another process works on this cluster
`;

export const COMMANDS = ["up", "down", "status", "env", "build"] as const;
export type CommandName = (typeof COMMANDS)[number];

export type Arguments = {
  readonly command: CommandName | "help";
  readonly name: ClusterName;
  readonly backend: Backend | "auto";
  readonly keep: boolean;
  readonly json: boolean;
  readonly scrapeInterval: Duration;
};

const OPTIONS = {
  name: { type: "string", default: DEFAULT_NAME as string },
  backend: { type: "string", default: "auto" },
  keep: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  "scrape-interval": { type: "string", default: "1s" },
  help: { type: "boolean", default: false },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ClusterError("usage", error instanceof Error ? error.message : String(error), error);
  }
}

function readInterval(text: string): Duration {
  try {
    const interval = readDuration(text);
    if (interval >= seconds(0.1) && interval <= seconds(300)) return interval;
  } catch {
    // the same answer as for a time out of range
  }
  throw new ClusterError(
    "usage",
    `--scrape-interval ${text}: write a time between 100ms and 5m, for instance 1s`,
  );
}

/** @throws ClusterError `usage` for a word that is no back end. */
export function readBackend(text: string): Backend | "auto" {
  const backend = (["bare", "kind", "auto"] as const).find((b) => b === text);
  if (backend) return backend;
  throw new ClusterError("usage", `--backend ${text}: choose bare, kind or auto`);
}

/** @throws ClusterError `usage` that names the argument and the remedy. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parse(argv);
  const [word, ...rest] = positionals;
  if (rest.length > 0) throw new ClusterError("usage", `unexpected "${rest[0]}"; one command at a time`);
  const command = COMMANDS.find((c) => c === word);
  if (!command && !values.help && word !== "help") {
    throw new ClusterError(
      "usage",
      `${word ? `"${word}" is no command` : "no command given"}; choose ${COMMANDS.join(", ")}`,
    );
  }
  return {
    command: values.help || !command ? "help" : command,
    name: readClusterName(values.name),
    backend: readBackend(values.backend),
    keep: values.keep,
    json: values.json,
    scrapeInterval: readInterval(values["scrape-interval"]),
  };
}
