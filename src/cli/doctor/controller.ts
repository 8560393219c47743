import { NAMESPACES } from "../../kube/namespace.ts";
import { argumentOf, watchedBy } from "../install/deployed.ts";
import { otherControllers, renderOther } from "../install/other-controllers.ts";
import { CONTROLLER, CONTROLLER_PODS, PULUMI_VERSION } from "../install/settings.ts";
import { PODS } from "../resource-types.ts";
import {
  type Examination,
  type Finding,
  good,
  LOOK,
  type Patient,
  problem,
  unknown,
  warning,
} from "./finding.ts";

/** What `/versions` of the controller answers. */
interface Versions {
  readonly bascule?: string;
  readonly node?: string;
  readonly pulumi?: string;
  readonly provider?: string;
}

/** The controller in the cluster, its version, and the Pulumi that it uses. */
export const controller: Examination = async (patient) => {
  const { deployed: found } = patient;
  if (found === undefined)
    return [
      warning(
        "controller",
        `there is no Deployment ${patient.namespace}/${CONTROLLER}`,
        'run "bascule install", or name its namespace with -n; one that runs beside the cluster is not looked at',
      ),
    ];
  const [wanted, ready] = [found.spec?.replicas ?? 1, found.status?.availableReplicas ?? 0];
  const said = `${ready} of ${wanted} ready`;
  const logs = `look at "kubectl -n ${patient.namespace} logs deployment/${CONTROLLER}"`;
  const state =
    ready === 0
      ? problem("controller", said, logs)
      : ready < wanted
        ? warning("controller", said, logs)
        : good("controller", said);
  return ready === 0 ? [state] : [state, ...(await versions(patient))];
};

/** Namespaces that it looks after, and whether another one does. */
export const scope: Examination = async ({ cluster, namespace, deployed }) => {
  const what = "scope";
  const names = watchedBy(deployed);
  if (deployed === undefined) return [];
  const findings: Finding[] = (await otherControllers(cluster, namespace, names)).map((other) =>
    problem(what, `${renderOther(other)} too`, "uninstall one of them: both act on the same plans"),
  );
  if (names.length === 0) return findings.length === 0 ? [good(what, "plans of all namespaces")] : findings;
  for (const name of names) {
    const found = await cluster.client.get(NAMESPACES, { name }, LOOK);
    if (found.ok) continue;
    findings.push(
      found.error.kind === "notFound"
        ? problem(what, `there is no namespace ${name}`, "make it, and install again")
        : unknown(what, found.error),
    );
  }
  const limits = "ClusterVerificationTemplates and GatewayClasses are not read";
  return findings.length === 0 ? [good(what, `plans of ${names.join(", ")} only; ${limits}`)] : findings;
};

/** Default Prometheus of metric checks, asked from here. */
export const prometheus: Examination = async (patient) => {
  const what = "Prometheus";
  const { deployed: found } = patient;
  if (found === undefined) return [];
  const url = argumentOf(found, "prometheus").find((value) => value !== "");
  if (url === undefined)
    return [warning(what, "none is set", "give --prometheus, or name one in each metric check")];
  const elsewhere = 'it may be reachable for the controller only: run "bascule doctor" in its pod';
  try {
    const query = new URL("api/v1/query?query=vector(1)", url.endsWith("/") ? url : `${url}/`);
    const signal = AbortSignal.any([patient.signal, AbortSignal.timeout(LOOK.deadline)]);
    const answer = await fetch(query, { signal });
    await answer.body?.cancel();
    return answer.ok
      ? [good(what, `${url} answers`)]
      : [problem(what, `${url} answers ${answer.status}`, "check --prometheus")];
  } catch {
    return [warning(what, `${url} does not answer from here`, elsewhere)];
  }
};

/** Asked through the API server, so that it works wherever the doctor is. */
async function versions({ cluster, namespace, version }: Patient): Promise<readonly Finding[]> {
  const pods = await cluster.client.list(PODS, { namespace, labelSelector: CONTROLLER_PODS, ...LOOK });
  if (!pods.ok) return [unknown("version", pods.error)];
  const findings: Finding[] = [];
  for (const { metadata } of pods.value.items) {
    const path = `/api/v1/namespaces/${namespace}/pods/${metadata.name}:9640/proxy/versions`;
    const answer = await cluster.client.transport.json<Versions>({ method: "GET", path, ...LOOK });
    findings.push(
      ...(answer.ok ? judge(metadata.name, answer.value, version) : [unknown("version", answer.error)]),
    );
  }
  return findings;
}

function judge(pod: string, seen: Versions, version: string): readonly Finding[] {
  const { bascule = "unknown", pulumi = "unknown", provider = "unknown" } = seen;
  return [
    bascule === version
      ? good("version", `${pod} runs ${bascule}, as this command line does`)
      : warning("version", `${pod} runs ${bascule}, this command line is ${version}`, "use equal versions"),
    pulumi === PULUMI_VERSION
      ? good("Pulumi", `${pulumi} in ${pod}`)
      : problem("Pulumi", `${pulumi} in ${pod}`, `the image needs the CLI ${PULUMI_VERSION}; check --pulumi`),
    provider.startsWith("(")
      ? problem(
          "Pulumi",
          `${provider} in ${pod}`,
          "the image needs the Kubernetes provider; check --provider",
        )
      : good("Pulumi", `provider: ${provider} in ${pod}`),
  ];
}
