import type { KubeObject } from "../../api/object.ts";
import { resourceType } from "../../kube/resources.ts";
import type { BindingManifest, RoleManifest, Rule } from "../install/namespaced.ts";
import type { Manifest } from "../install/render.ts";
import { CONTROLLER } from "../install/settings.ts";
import { type Examination, good, LOOK, type Patient, problem, unknown } from "./finding.ts";

interface AccessReview extends KubeObject {
  readonly spec: {
    readonly user: string;
    readonly groups: readonly string[];
    readonly resourceAttributes: Right;
  };
  readonly status?: { readonly allowed?: boolean };
}
const REVIEWS = resourceType<AccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  namespaced: false,
});

/** One verb on one resource. */
export interface Right {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verb: string;
  /** Absent: in every namespace. */
  readonly namespace?: string;
}

/** Asks the API server, right by right, whether the controller's service account has what the manifests give it. */
export const controllerRights: Examination = async (patient) => {
  const what = "rights";
  const wanted = rightsOf(patient.manifests);
  const missing: string[] = [];
  for (let at = 0; at < wanted.length; at += SIDE_BY_SIDE) {
    const some = wanted.slice(at, at + SIDE_BY_SIDE);
    const answers = await Promise.all(some.map((right) => ask(patient, right)));
    for (const [i, answer] of answers.entries()) {
      if (!answer.ok) return [unknown(what, answer.error)];
      const right = some[i];
      if (right !== undefined && answer.value.status?.allowed !== true) missing.push(sentenceOf(right));
    }
  }
  return missing.length === 0
    ? [good(what, `the controller has all ${wanted.length} that it needs`)]
    : missing.map((right) => problem(what, `the controller may not ${right}`, 'run "bascule install"'));
};

const SIDE_BY_SIDE = 8;

function ask({ cluster, namespace }: Patient, right: Right) {
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: { name: "" },
    spec: {
      user: `system:serviceaccount:${namespace}:${CONTROLLER}`,
      groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
      resourceAttributes: right,
    },
  };
  return cluster.client.create(REVIEWS, review, LOOK);
}

const sentenceOf = ({ group, resource, subresource, verb, namespace }: Right): string =>
  `${verb} ${resource}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`} in ${namespace ?? "all namespaces"}`;

/** What the manifests bind to the controller's account, one by one. */
export function rightsOf(manifests: readonly Manifest[]): readonly Right[] {
  const found: Right[] = [];
  for (const { kind, metadata, roleRef, subjects } of manifests as readonly BindingManifest[]) {
    if (roleRef === undefined || !subjects?.some(({ name }) => name === CONTROLLER)) continue;
    const role = (manifests as readonly RoleManifest[]).find(
      (o) =>
        o.kind === roleRef.kind &&
        o.metadata.name === roleRef.name &&
        (o.kind === "ClusterRole" || o.metadata.namespace === metadata.namespace),
    );
    const where = kind === "RoleBinding" ? { namespace: metadata.namespace ?? "" } : {};
    for (const rule of role?.rules ?? [])
      found.push(...expand(rule).map((right) => ({ ...right, ...where })));
  }
  return found;
}

const expand = ({ apiGroups, resources, verbs }: Rule): readonly Right[] =>
  apiGroups.flatMap((group) =>
    resources.flatMap((name) => {
      const [resource = "", subresource] = name.split("/");
      return verbs.map((verb) => ({
        group,
        resource,
        ...(subresource === undefined ? {} : { subresource }),
        verb,
      }));
    }),
  );
