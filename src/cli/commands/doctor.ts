import { type CommandContext, withCluster } from "../command-context.ts";
import { clockSkew, gatewayFeatures, kubernetesVersion } from "../doctor/cluster.ts";
import { controller, prometheus, scope } from "../doctor/controller.ts";
import { type Examination, type Finding, type Patient, unknown } from "../doctor/finding.ts";
import { definitions, passphrase, policies, roles } from "../doctor/installed.ts";
import { controllerRights } from "../doctor/rights.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { readDeployed, watchedBy } from "../install/deployed.ts";
import { renderInstall } from "../install/render.ts";
import { SYSTEM_NAMESPACE } from "../install/settings.ts";
import { printObject } from "../print-object.ts";
import { paintWith } from "../view/paint.ts";
import { renderColumns } from "../view/table.ts";

/** After Kubernetes itself, in the order in which they are told: what others rest on comes first. */
const EXAMINATIONS: readonly (readonly [string, Examination])[] = [
  ["clock", clockSkew],
  ["gateway", gatewayFeatures],
  ["definitions", definitions],
  ["policies", policies],
  ["roles", roles],
  ["rights", controllerRights],
  ["passphrase", passphrase],
  ["controller", controller],
  ["scope", scope],
  ["Prometheus", prometheus],
];

/** Looks at everything that an installation needs, and writes nothing. @returns 1 when there is a problem */
export async function doctor(context: CommandContext): Promise<ExitCode> {
  const { ports, terminal, options, signal } = context;
  const namespace = options.namespace ?? SYSTEM_NAMESPACE;
  const all = await ports.manifests();
  const findings = await withCluster(context, async (cluster) => {
    // The first look tells whether there is a way to the cluster at all; its failure ends the command.
    const deployed = await readDeployed(cluster, namespace);
    const settings = { image: "", namespace, watchNamespaces: watchedBy(deployed), args: [] };
    const manifests = renderInstall(all, settings);
    const patient: Patient = { cluster, namespace, manifests, deployed, version: ports.version, signal };
    const told: Finding[] = [...(await kubernetesVersion(patient))];
    for (const [what, examine] of EXAMINATIONS) {
      terminal.status(`looking at ${what}`);
      told.push(...(await examine(patient).catch((error: Error) => [unknown(what, error)])));
    }
    terminal.status("");
    return told;
  });
  const { output = "table" } = options;
  if (output !== "table") await printObject(terminal, output, { findings });
  else for (const line of render(findings, terminal.colour)) terminal.out(line);
  return findings.some(({ state }) => state === "problem") ? EXIT.error : EXIT.ok;
}

function render(findings: readonly Finding[], colour: boolean): readonly string[] {
  const paint = paintWith(colour);
  const painted = { ok: paint.good, warning: paint.busy, problem: paint.bad };
  return renderColumns(
    findings.map(({ what, state, said, remedy }) => [
      painted[state](state),
      what,
      remedy === undefined ? said : `${said} → ${remedy}`,
    ]),
  );
}
