import { minutes, seconds } from "../../src/base/duration.ts";
import { inOrder } from "../../src/cli/install/kinds.ts";
import { CONTROLLER, SYSTEM_NAMESPACE } from "../../src/cli/install/settings.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "./kinds.ts";
import { type Objects, readFolder } from "./objects.ts";

export { SYSTEM_NAMESPACE } from "../../src/cli/install/settings.ts";

/** Puts Bascule into a cluster the way the documents say: policies, CRDs, roles, templates. Running it again is fine. */
export async function install(objects: Objects): Promise<void> {
  await applyAll(objects, await readFolder("manifests/install/admission"));
  const crds = await readFolder("manifests/crds");
  await applyAll(objects, crds);
  for (const { metadata } of crds) {
    const established = async (): Promise<boolean> =>
      isEstablished(await objects.get(KIND.crd, { name: metadata.name }));
    await waitUntil(`${metadata.name} is established`, established, { deadline: seconds(30) });
  }
  await applyAll(objects, await readFolder("manifests/install/roles"));
  const controller = await readFolder("manifests/install/controller");
  await applyAll(objects, inOrder(controller.filter(isIdentity)));
  await applyAll(objects, await readFolder("probes"));
}

/** Who the controller is and what it may do, without the controller itself. */
const isIdentity = ({ kind }: AnyObject): boolean =>
  ["Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"].includes(kind);

/** What has a finalizer of Bascule. */
const BASCULES = [KIND.plan, KIND.release];

/** A team's namespace with the service account that its stacks are applied with, and the least rights for it. */
export async function addTenant(objects: Objects, name: string): Promise<void> {
  const metadata = { name: "bascule", namespace: name };
  const group = "rbac.authorization.k8s.io";
  await objects.apply(namespace(name, { "pod-security.kubernetes.io/enforce": "restricted" }));
  await objects.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  await objects.apply({
    apiVersion: `${group}/v1`,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: group, kind: "ClusterRole", name: "bascule-stack-applier" },
    subjects: [{ kind: "ServiceAccount", ...metadata }],
  });
  await allowCredentials(objects, name);
}

/** Lets the controller read what checks of this namespace send or sign with, as the guide tells people to do it. */
export async function allowCredentials(objects: Objects, name: string): Promise<void> {
  const group = "rbac.authorization.k8s.io";
  await objects.apply({
    apiVersion: `${group}/v1`,
    kind: "RoleBinding",
    metadata: { name: "bascule-credentials", namespace: name },
    roleRef: { apiGroup: group, kind: "ClusterRole", name: "bascule-credentials-reader" },
    subjects: [{ kind: "ServiceAccount", name: CONTROLLER, namespace: SYSTEM_NAMESPACE }],
  });
}

/**
 * Has a team's namespace removed, and waits until no plan and no release is left in it: a controller has no more to do
 * there, and pods and the rest go by themselves. Without a controller nobody takes Bascule's finalizers off, so that is
 * done here as the guide tells people to do it.
 */
export async function removeTenant(
  objects: Objects,
  name: string,
  controller: { readonly running: boolean },
): Promise<void> {
  if (!controller.running) {
    for (const type of BASCULES)
      for (const { metadata } of await objects.list(type, name))
        await objects.patch(
          type,
          { name: metadata.name, namespace: name },
          { metadata: { finalizers: null } },
        );
  }
  await objects.askToRemove(KIND.namespace, { name });
  let left: readonly AnyObject[] = [];
  const gone = async (): Promise<boolean> => {
    left = (await Promise.all(BASCULES.map((type) => objects.list(type, name)))).flat();
    return left.length === 0;
  };
  const explain = (): string => left.map(({ metadata }) => JSON.stringify(metadata)).join("\n");
  const wait = { deadline: minutes(2), every: seconds(0.25), explain };
  await waitUntil(`no plan and no release is left in ${name}`, gone, wait);
}

const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): AnyObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

async function applyAll(objects: Objects, all: readonly AnyObject[]): Promise<void> {
  for (const object of all) await objects.apply(object);
}

const isEstablished = (crd: AnyObject): boolean =>
  ["Established", "NamesAccepted"].every((type) =>
    crd.status?.conditions?.some(
      (c: { readonly type: string; readonly status: string }) => c.type === type && c.status === "True",
    ),
  );
