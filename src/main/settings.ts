import { Command, InvalidArgumentError, Option } from "commander";
import { DURATION_PATTERN, type Duration, minutes, readDuration, seconds } from "../base/duration.ts";
import { readRanges } from "../net/forbidden-ranges.ts";
import { LOG_LEVELS, type LogLevel } from "../telemetry/log.ts";

/** Settings of the controller process, from flags or environment. */
export interface Settings {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  /** The only namespaces with plans that are looked after; none: all. */
  readonly watchNamespace: readonly string[];
  readonly prometheus?: string;
  readonly pulumi: string;
  readonly provider?: string;
  readonly home: string;
  readonly passphraseFile: string;
  /** `cluster`, `file`, or the URL of a backend of Pulumi. */
  readonly backend: string;
  readonly programs: readonly string[];
  readonly listen: string;
  readonly workers: number;
  readonly stackWorkers: number;
  /** Verifications without a release that run side by side in one namespace. */
  readonly verifications: number;
  readonly logLevel: LogLevel;
  readonly staleAfter: string;
  /** Whether this process acts only while it holds the leader's Lease. */
  readonly leaderElect: boolean;
  readonly leaseDuration: string;
  /** Ranges that checks may connect to although they are forbidden by default. */
  readonly allowProbeRange: readonly string[];
  /** Services, as namespace/name, whose metrics checks of every namespace may read. */
  readonly allowScrapeService: readonly string[];
}

const whole = (text: string): number => {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 256)
    throw new InvalidArgumentError("give a whole number from 1 to 256");
  return n;
};
const span = (text: string): string => {
  if (!new RegExp(DURATION_PATTERN).test(text))
    throw new InvalidArgumentError("give a duration such as 90s or 5m");
  return text;
};
/** Below it an API server that is a little slow costs the Lease; above it nobody acts for too long. */
const [SHORTEST_LEASE, LONGEST_LEASE] = [seconds(3), minutes(2)];
const leaseSpan = (text: string): string => {
  const duration = readDuration(span(text));
  if (duration < SHORTEST_LEASE || duration > LONGEST_LEASE)
    throw new InvalidArgumentError("give a duration from 3s to 2m");
  return text;
};
const url = (text: string): string => {
  const { protocol } = URL.parse(text) ?? {};
  if (protocol !== "http:" && protocol !== "https:")
    throw new InvalidArgumentError("give a URL such as http://prometheus.monitoring:9090");
  return text;
};
const backend = (text: string): string => {
  if (text !== "cluster" && text !== "file" && !/^(file|s3|gs|azblob|postgres|https):\/\/./.test(text))
    throw new InvalidArgumentError("give cluster, file, or a URL such as s3://bucket");
  return text;
};
const address = (text: string): string => {
  const port = Number(/^.*:([0-9]{1,5})$/.exec(text)?.[1]);
  if (!(port <= 65_535)) throw new InvalidArgumentError("give host:port such as 127.0.0.1:9640 or [::]:9640");
  return text;
};
const range = (text: string, all: readonly string[]): readonly string[] => {
  try {
    readRanges([text]);
  } catch {
    throw new InvalidArgumentError("give a range such as 127.0.0.0/8 or fd00::/8");
  }
  return [...all, text];
};
const LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
const service = (text: string, all: readonly string[]): readonly string[] => {
  if (!new RegExp(`^${LABEL}/${LABEL}$`).test(text))
    throw new InvalidArgumentError("give namespace/name of a Service such as traefik/traefik-metrics");
  return [...all, text];
};
const namespaces = (text: string, all: readonly string[]): readonly string[] => {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !new RegExp(`^${LABEL}$`).test(name));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`give names of namespaces, separated by commas; "${wrong}" is none`);
  return [...new Set([...all, ...names])];
};
const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

/** A variable that is set to nothing is not set: templates of manifests leave such behind. */
function dropEmptyVariables(command: Command): void {
  for (const { envVar } of command.options)
    if (envVar !== undefined && process.env[envVar] === "") delete process.env[envVar];
}

/** How long a Lease counts after its last renewal. */
export const leaseDuration = ({ leaseDuration: text }: Pick<Settings, "leaseDuration">): Duration =>
  readDuration(text);

/** The controller's own namespace: Leases and state. */
export const namespaceOf = (
  { namespace }: Pick<Settings, "namespace">,
  credentials: { readonly namespace: string },
): string => namespace ?? credentials.namespace;

/** Reads the command line. Prints help or the problem and exits by itself, as command lines do. */
export function readSettings(argv: readonly string[], version: string): Settings {
  const command = new Command("bascule-controller")
    .description("Kubernetes controller that releases services blue/green and canary")
    .version(version)
    .option(
      "--kubeconfig <file>",
      "kubeconfig; default KUBECONFIG, the pod's service account, ~/.kube/config",
    )
    .option("--context <name>", "context of the kubeconfig")
    .option(
      "--namespace <name>",
      "the controller's own namespace: Leases and state; default that of the context",
    )
    .option(
      "--watch-namespace <names>",
      "look after plans of these namespaces only, without rights beyond them; separated by commas, may be repeated; default: all",
      namespaces,
      [],
    )
    .addOption(
      new Option("--prometheus <url>", "Prometheus that metric checks use by default")
        .env("BASCULE_PROMETHEUS")
        .argParser(url),
    )
    .addOption(
      new Option("--pulumi <file>", "Pulumi CLI").env("BASCULE_PULUMI").default("/usr/local/bin/pulumi"),
    )
    .addOption(
      new Option(
        "--provider <folder>",
        "folder of pulumi-resource-kubernetes; default Pulumi's plugin cache",
      ).env("BASCULE_PULUMI_PROVIDER"),
    )
    .addOption(
      new Option("--home <folder>", "folder for state and work files")
        .env("BASCULE_HOME")
        .default("/var/lib/bascule"),
    )
    .addOption(
      new Option("--passphrase-file <file>", "file with the passphrase of the state's secrets").env(
        "BASCULE_PASSPHRASE_FILE",
      ),
    )
    .addOption(
      new Option(
        "--backend <where>",
        "Pulumi's state: cluster (Secrets of the controller's namespace), file (a folder below --home), or the URL of a backend of Pulumi",
      )
        .env("BASCULE_BACKEND")
        .argParser(backend)
        .default("cluster"),
    )
    .option("--programs <folder>", "folder of stack programs of your own; may be repeated", collect, [])
    .option("--listen <host:port>", "address of /healthz, /readyz and /metrics", address, "127.0.0.1:9640")
    .option("--workers <n>", "plans that are looked at side by side", whole, 32)
    .option(
      "--stack-workers <n>",
      "Pulumi operations side by side; of one namespace all but one of them",
      whole,
      3,
    )
    .option(
      "--verifications <n>",
      "Verifications without a release that run side by side in one namespace; others wait",
      whole,
      50,
    )
    .option(
      "--stale-after <duration>",
      "silence of a watch after which the controller is not ready",
      span,
      "2m",
    )
    .option(
      "--leader-elect",
      "act only while holding the Lease bascule-leader, so that several controllers can run",
      true,
    )
    .option("--no-leader-elect", "act at once; only where this controller is surely the only one")
    .option(
      "--lease-duration <duration>",
      "how long a controller that died, or its operation on a stack, is waited for, from 3s to 2m",
      leaseSpan,
      "15s",
    )
    .option(
      "--allow-probe-range <cidr>",
      "range that checks may connect to although it is forbidden by default (loopback, link-local, metadata services, the API server's other ports); may be repeated",
      range,
      [],
    )
    .option(
      "--allow-scrape-service <namespace/name>",
      "Service, of a gateway for instance, whose metrics checks of all namespaces may read without a ReferenceGrant; may be repeated",
      service,
      [],
    )
    .addOption(
      new Option("--log-level <level>", "least level that is logged")
        .choices([...LOG_LEVELS])
        .default("info"),
    );
  dropEmptyVariables(command);
  command.parse([...argv], { from: "user" });
  const options = command.opts<Settings>();
  if (options.passphraseFile === undefined) {
    command.error(
      "--passphrase-file (or BASCULE_PASSPHRASE_FILE) is needed: a file with the passphrase of Pulumi's state",
    );
  }
  return options;
}
