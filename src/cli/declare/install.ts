import { type Command, InvalidArgumentError } from "commander";
import { type Duration, minutes } from "../../base/duration.ts";
import { collect, durationOption, type GlobalValues, type Start, subcommand } from "./options.ts";

interface InstallValues extends GlobalValues {
  readonly image: string;
  readonly replicas?: number;
  readonly watchNamespace?: readonly string[];
  readonly prometheus?: string;
  readonly program?: readonly string[];
  readonly controllerArg?: readonly string[];
  readonly print?: boolean;
  readonly force?: boolean;
  readonly timeout?: Duration;
  readonly wait: boolean;
}

function replicasOption(text: string): number {
  const replicas = Number(text);
  if (!Number.isInteger(replicas) || replicas < 0 || replicas > 5)
    throw new InvalidArgumentError("give a whole number from 0 to 5");
  return replicas;
}

function namespacesOption(text: string, all: readonly string[] = []): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (!names.every((name) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)))
    throw new InvalidArgumentError("give names of namespaces, separated by commas");
  return [...new Set([...all, ...names])];
}

function urlOption(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? ""))
    throw new InvalidArgumentError("give a URL such as http://prometheus.monitoring:9090");
  return text;
}

/** Commands for who runs the cluster. `-n` is the controller's own namespace. */
export function declareInstall(program: Command, start: Start): void {
  subcommand(program, "install", "put Bascule into the cluster, or bring it up to this version")
    .requiredOption("--image <image>", "the controller's image, best by its digest")
    .option("--replicas <n>", "controllers; default: as the manifests have it", replicasOption)
    .option(
      "--watch-namespace <names>",
      "look after plans of these namespaces only, with rights in these alone; separated by commas, may be repeated; default: all",
      namespacesOption,
    )
    .option("--prometheus <url>", "Prometheus that metric checks use by default", urlOption)
    .option(
      "--program <folder>",
      "stack program of your own, named like its folder; may be repeated",
      collect,
    )
    .option("--controller-arg <arg>", "further argument of the controller; may be repeated", collect)
    .option("--print", "print what would be applied, and touch nothing")
    .option("--force", "take over fields that somebody else manages, and namespaces of another controller")
    .option("--timeout <duration>", "wait for the controller at most this long; default: 3m", durationOption)
    .option("--no-wait", "do not wait until the controller is ready")
    .action((o: InstallValues) =>
      start(o, async (context) =>
        (await import("../commands/install.ts")).install(context, {
          image: o.image,
          ...(o.replicas === undefined ? {} : { replicas: o.replicas }),
          ...(o.watchNamespace === undefined ? {} : { watchNamespaces: o.watchNamespace }),
          ...(o.prometheus === undefined ? {} : { prometheus: o.prometheus }),
          programFolders: o.program ?? [],
          args: o.controllerArg ?? [],
          print: o.print === true,
          force: o.force === true,
          timeout: o.timeout ?? minutes(3),
          wait: o.wait,
        }),
      ),
    );
  declareUninstall(program, start);
  declareDoctor(program, start);
}

interface UninstallValues extends GlobalValues {
  readonly force?: boolean;
  readonly purge?: boolean;
  readonly timeout?: Duration;
}

function declareUninstall(program: Command, start: Start): void {
  subcommand(program, "uninstall", "take Bascule out of the cluster; what it released goes on serving")
    .option("--force", "also while releases are in progress: traffic stays as it is then")
    .option("--purge", "remove plans, releases, records, passphrase and state as well")
    .option(
      "--timeout <duration>",
      "wait for the controller's end at most this long; default: 1m",
      durationOption,
    )
    .action((o: UninstallValues) =>
      start(o, async (context) =>
        (await import("../commands/uninstall.ts")).uninstall(context, {
          force: o.force === true,
          purge: o.purge === true,
          timeout: o.timeout ?? minutes(1),
        }),
      ),
    );
}

function declareDoctor(program: Command, start: Start): void {
  subcommand(program, "doctor", "check the installation line by line, each with its remedy").action(
    (o: GlobalValues) => start(o, async (context) => (await import("../commands/doctor.ts")).doctor(context)),
  );
}
