import type { Duration } from "../../base/duration.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { applyManifests, ensurePassphrase } from "../install/apply.ts";
import { type Manifest, renderInstall } from "../install/render.ts";
import { whenRolledOut } from "../install/rollout.ts";
import { type InstallSettings, PASSPHRASE_SECRET, SYSTEM_NAMESPACE } from "../install/settings.ts";
import { printObject } from "../print-object.ts";

export interface InstallArguments extends Omit<InstallSettings, "namespace"> {
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
  const wanted = renderInstall(await ports.manifests(), { ...given, namespace });
  if (given.print) {
    await print(context, wanted);
    return EXIT.ok;
  }
  return withCluster(context, async (cluster) => {
    const onApplied = ({ kind, metadata }: Manifest): void => terminal.status(`${kind} ${metadata.name}`);
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
    terminal.out(
      `Bascule ${ports.version} is installed in namespace ${namespace}${given.wait ? " and ready" : ""}`,
    );
    return EXIT.ok;
  });
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
