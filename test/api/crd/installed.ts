import { randomBytes } from "node:crypto";
import type { KubeClient } from "../../../src/kube/client.ts";
import { until } from "../../support/until.ts";
import { documentsBelow } from "./documents.ts";
import { type AnyObject, typeOf } from "./kinds.ts";
import { accepted } from "./people.ts";

/** What stays is owned as if by kubectl, so that whoever applies the CRDs next meets no conflict with a test. */
const STAYS = "kubectl";

/** What a test put into the cluster and takes out again: a namespace of its own, and what was not there before. */
export class Installation {
  readonly namespace = `bascule-crd-${randomBytes(4).toString("hex")}`;
  readonly #admin: KubeClient;
  readonly #made: AnyObject[] = [];

  constructor(admin: KubeClient) {
    this.#admin = admin;
  }

  /** Policies first, as an installation does it; they stay after the tests only where they were before. */
  async policiesAndRoles(): Promise<void> {
    for (const folder of ["manifests/install/admission", "manifests/install/roles"])
      for (const { document } of await documentsBelow(folder)) await this.#put(document);
  }

  /** Applies the CRDs and waits until the API server serves each in the present form. They stay. */
  async customResources(): Promise<void> {
    const crds = (await documentsBelow("manifests/crds")).map(({ document }) => document);
    for (const crd of crds)
      accepted(await this.#admin.apply(typeOf(crd.kind), crd, { force: true, fieldManager: STAYS }));
    for (const crd of crds)
      await until(`${crd.metadata.name} is established`, async () => {
        const answer = await this.#admin.get(typeOf(crd.kind), { name: crd.metadata.name });
        return answer.ok && isEstablished(answer.value);
      });
  }

  async ownNamespace(): Promise<void> {
    await this.#put({ apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace } });
  }

  /** Binds `user` to a ClusterRole within the own namespace. */
  async bind(user: string, clusterRole: string): Promise<void> {
    const group = "rbac.authorization.k8s.io";
    const binding = {
      apiVersion: `${group}/v1`,
      kind: "RoleBinding",
      metadata: { name: `${user.replace(/[^a-z0-9]/g, "-")}-${clusterRole}`, namespace: this.namespace },
      subjects: [{ kind: "User", apiGroup: group, name: user }],
      roleRef: { kind: "ClusterRole", apiGroup: group, name: clusterRole },
    };
    accepted(await this.#admin.apply(typeOf("RoleBinding"), binding, { force: true }));
  }

  async remove(): Promise<void> {
    for (const { kind, metadata } of this.#made.reverse()) await this.#admin.delete(typeOf(kind), metadata);
  }

  async #put(object: AnyObject): Promise<void> {
    const type = typeOf(object.kind);
    const before = await this.#admin.get(type, object.metadata);
    accepted(await this.#admin.apply(type, object, { force: true }));
    if (!before.ok) this.#made.push(object);
  }
}

function isEstablished(crd: AnyObject): boolean {
  const { conditions = [] } = (crd.status ?? {}) as { conditions?: { type: string; status: string }[] };
  const holds = (type: string) => conditions.some((c) => c.type === type && c.status === "True");
  if (conditions.some((c) => c.type === "NonStructuralSchema" && c.status === "True"))
    throw new Error(`${crd.metadata.name} has no structural schema`);
  return holds("Established") && holds("NamesAccepted");
}
