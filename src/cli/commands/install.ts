import { type Duration, seconds } from "../../base/duration.ts";
import { NAMESPACES } from "../../kube/namespace.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { applyManifests, ensurePassphrase } from "../install/apply.ts";
import { readDeployed, watchedBy } from "../install/deployed.ts";
import { obsoletePrograms, obsoleteRights } from "../install/obsolete.ts";
import { demandAlone } from "../install/other-controllers.ts";
import { withoutOthers } from "../install/others-rights.ts";
import { removeManifests } from "../install/remove.ts";
import { type Manifest, renderInstall } from "../install/render.ts";
import { whenRolledOut } from "../install/rollout.ts";
import { type InstallSettings, PASSPHRASE_SECRET, SYSTEM_NAMESPACE } from "../install/settings.ts";
import { printObject } from "../print-object.ts";

export interface InstallArguments extends Omit<InstallSettings, "namespace" | "programs"> {
  /** Folders of stack programs of one's own. */
  readonly programFolders: readonly string[];
  /** Print what would be applied, and touch nothing. */
  readonly print: boolean;
  readonly force: boolean;
  readonly timeout: Duration;
  readonly wait: boolean;
}

/** Puts Bascule of this very version into the cluster, or brings what is there up to it. */
export async function install(context: CommandContext, given: InstallArguments): Promise<ExitCode> {
  const { ports, terminal, options, signal } = context;
  const namespace = options.namespace ?? SYSTEM_NAMESPACE;
  const manifests = await ports.manifests();
  const programs = await Promise.all(given.programFolders.map((folder) => ports.installedProgram(folder)));
  const settings = { ...given, namespace, programs };
  const wanted = renderInstall(manifests, settings);
  if (given.print) {
    await print(context, wanted);
    return EXIT.ok;
  }
  return withCluster(context, async (cluster) => {
    const onApplied = ({ kind, metadata }: Manifest): void => terminal.status(`${kind} ${metadata.name}`);
    const before = watchedBy(await readDeployed(cluster, namespace));
    await demandNamespaces(cluster, namespace, given.watchNamespaces ?? []);
    if (!given.force) await demandAlone(cluster, namespace, given.watchNamespaces ?? []);
    const early = ({ kind }: Manifest): boolean => kind !== "Deployment";
    const how = { force: given.force, signal, onApplied };
    await applyManifests(cluster, wanted.filter(early), how);
    const made = await ensurePassphrase(cluster, namespace, signal);
    await applyManifests(
      cluster,
      wanted.filter((object) => !early(object)),
      how,
    );
    terminal.status("");
    const secret = `Secret ${namespace}/${PASSPHRASE_SECRET}`;
    terminal.out(made ? `made ${secret}; keep a copy of it` : `${secret} is there and stays as it is`);
    if (given.wait) await whenRolledOut(cluster, namespace, { timeout: given.timeout, signal });
    // Last, for until now the controller of before may have needed them.
    const obsolete = await withoutOthers(cluster, obsoleteRights(manifests, settings, before), namespace);
    const former = await obsoletePrograms(cluster, wanted, namespace);
    const gone = await removeManifests(cluster, [...obsolete, ...former]);
    for (const { kind, metadata } of gone) terminal.out(`removed ${kind} ${nameOf(metadata)}`);
    terminal.out(
      `Bascule ${ports.version} is installed in namespace ${namespace}${given.wait ? " and ready" : ""}`,
    );
    return EXIT.ok;
  });
}

const nameOf = ({ namespace, name }: Manifest["metadata"]): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** A Role needs its namespace. @throws CliFailure that names those that are not fit */
async function demandNamespaces({ client }: Cluster, own: string, names: readonly string[]): Promise<void> {
  if (names.includes(own))
    throw new CliFailure(
      `--watch-namespace: ${own} is the controller's own namespace; nobody else's objects belong there`,
    );
  const missing: string[] = [];
  for (const name of names) {
    const found = await client.get(NAMESPACES, { name }, { deadline: seconds(15) });
    if (!found.ok && found.error.kind !== "notFound") throw found.error;
    if (!found.ok) missing.push(name);
  }
  if (missing.length === 0) return;
  throw new CliFailure(
    `--watch-namespace: there is no namespace ${missing.join(", ")}; make it first, nothing was changed`,
  );
}

/** A stream of documents, as `kubectl apply -f -` takes it. */
async function print({ terminal, options }: CommandContext, wanted: readonly Manifest[]): Promise<void> {
  if (options.output === "json") {
    await printObject(terminal, "json", { apiVersion: "v1", kind: "List", items: wanted });
    return;
  }
  terminal.out(
    `# Secret ${PASSPHRASE_SECRET} with the member "passphrase" is not among these: make it once.`,
  );
  for (const object of wanted) {
    terminal.out("---");
    await printObject(terminal, "yaml", object);
  }
}
