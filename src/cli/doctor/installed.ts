import type { KubeObject } from "../../api/object.ts";
import { SECRETS } from "../../kube/secret.ts";
import { typeOfManifest } from "../install/kinds.ts";
import type { Manifest } from "../install/render.ts";
import { PASSPHRASE_SECRET } from "../install/settings.ts";
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

interface Crd extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const INSTALL = 'run "bascule install"';

/** Definitions are there, served, and those of this version. */
export const definitions: Examination = (patient) =>
  compare(
    patient,
    "definitions",
    ({ kind }) => kind === "CustomResourceDefinition",
    (found: Crd) =>
      found.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ===
      true
        ? undefined
        : "is not established",
  );

/** Without them anybody may forge a name or take a finalizer off. */
export const policies: Examination = (patient) =>
  compare(
    patient,
    "policies",
    ({ kind }) => kind.startsWith("ValidatingAdmissionPolicy"),
    () => undefined,
  );

/** What the controller may do, and what people are given. */
export const roles: Examination = (patient) =>
  compare(
    patient,
    "roles",
    ({ kind }) => /^(Cluster)?Role(Binding)?$/.test(kind),
    () => undefined,
  );

/** Without it the controller's pods don't start, and Pulumi's state can't be read. */
export const passphrase: Examination = async ({ cluster, namespace }) => {
  const what = "passphrase";
  const ref = { namespace, name: PASSPHRASE_SECRET };
  const found = await cluster.client.get(SECRETS, ref, LOOK);
  if (found.ok) return [good(what, `Secret ${namespace}/${PASSPHRASE_SECRET} is there`)];
  if (found.error.kind !== "notFound") return [unknown(what, found.error)];
  return [
    problem(
      what,
      `there is no Secret ${namespace}/${PASSPHRASE_SECRET}`,
      `${INSTALL}; where there is a state already, put its passphrase back instead`,
    ),
  ];
};

async function compare<T extends KubeObject>(
  patient: Patient,
  what: string,
  which: (manifest: Manifest) => boolean,
  problemOf: (found: T) => string | undefined,
): Promise<readonly Finding[]> {
  const wanted = patient.manifests.filter(which);
  const findings: Finding[] = [];
  for (const manifest of wanted) {
    const name = `${manifest.kind} ${manifest.metadata.name}`;
    const type = typeOfManifest(manifest);
    const found = await patient.cluster.client.get(type, manifest.metadata, LOOK);
    if (!found.ok) {
      findings.push(
        found.error.kind === "notFound"
          ? problem(what, `${name} is not there`, INSTALL)
          : unknown(what, found.error),
      );
      continue;
    }
    const trouble = problemOf(found.value as T);
    if (trouble !== undefined) findings.push(problem(what, `${name} ${trouble}`, INSTALL));
    else if (await differs(patient, manifest, found.value))
      findings.push(warning(what, `${name} is not as this version has it`, `${INSTALL} of this version`));
  }
  return findings.length === 0
    ? [good(what, `all ${wanted.length} are there and of this version`)]
    : findings;
}

/** Asks the API server what applying would change, without applying. Who may not ask is told nothing of it. */
async function differs({ cluster }: Patient, manifest: Manifest, found: KubeObject): Promise<boolean> {
  const options = { ...LOOK, force: true, dryRun: true } as const;
  const after = await cluster.client.apply<KubeObject>(typeOfManifest(manifest), manifest, options);
  return after.ok && contentOf(after.value) !== contentOf(found);
}

/** What people declare: neither status nor bookkeeping. */
function contentOf(object: KubeObject): string {
  const { metadata, status: _, ...rest } = object as KubeObject & { readonly status?: unknown };
  return JSON.stringify({ ...rest, labels: metadata.labels });
}
