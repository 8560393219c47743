import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check as checkSchema } from "../../../src/api/check.ts";
import type { KubeObject } from "../../../src/kube/kube-object.ts";
import { resourceType } from "../../../src/kube/resources.ts";
import type { Look } from "../../../src/ports/checks.ts";
import { kubeCandidateCluster } from "../../../src/probes/candidate-cluster.ts";
import { RightsChecker } from "../../../src/probes/security/rights.ts";
import { kubeRightsCluster } from "../../../src/probes/security/rights-cluster.ts";
import { lookContext } from "../../support/look-context.ts";
import { must, SERVICE_ACCOUNTS } from "../kube/bench.ts";
import { CandidateBench } from "./candidate-bench.ts";

const GROUP = "rbac.authorization.k8s.io";
const rbac = (kind: string, plural: string, namespaced: boolean) =>
  resourceType({ group: GROUP, version: "v1", kind, plural, namespaced });
const ROLES = rbac("Role", "roles", true);
const ROLE_BINDINGS = rbac("RoleBinding", "rolebindings", true);
const CLUSTER_ROLE_BINDINGS = rbac("ClusterRoleBinding", "clusterrolebindings", false);

describe("a rights check in a real cluster", () => {
  const cluster = new CandidateBench();
  const { bench } = cluster;
  const { client, namespace } = bench;
  const checker = new RightsChecker(kubeCandidateCluster(client), kubeRightsCluster(client));

  const make = async (type: typeof ROLES, name: string, more: object): Promise<void> => {
    const metadata = { name, ...(type.namespaced ? { namespace } : {}) };
    const object = { apiVersion: `${GROUP}/v1`, kind: type.kind, metadata, ...more } as KubeObject;
    must(await client.create(type, object));
  };
  const bound = (account: string, kind: string, name: string) => ({
    roleRef: { apiGroup: GROUP, kind, name },
    subjects: [{ kind: "ServiceAccount", name: account, namespace }],
  });

  beforeAll(async () => {
    await cluster.start();
    for (const name of ["green", "blue"]) {
      const metadata = { name, namespace };
      must(await client.create(SERVICE_ACCOUNTS, { apiVersion: "v1", kind: "ServiceAccount", metadata }));
    }
    const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] }];
    await make(ROLES, "reader", { rules });
    for (const name of ["green", "blue"]) await make(ROLE_BINDINGS, name, bound(name, "Role", "reader"));
    await Promise.all(
      ["green", "blue"].map((name) => cluster.serve(`shop-${name}`, { spec: { serviceAccountName: name } })),
    );
  });
  afterAll(async () => {
    for (const name of [`${namespace}-more`]) await client.delete(CLUSTER_ROLE_BINDINGS, { name });
    await cluster.stop();
  });

  const look = (rights: object = {}, target: object = {}): Promise<Look> =>
    checker.look(
      lookContext(checkSchema.parse({ name: "rights", rights }), {
        namespace,
        target: { service: "shop-green", baselineService: "shop-blue", ...target },
      }),
    );

  it("finds nothing between two accounts with the same role", async () => {
    expect(await look()).toMatchObject({ state: "passed", reason: "NoRightsAdded" });
  });

  it("lists what the account has where nothing is live, and not what Kubernetes gives everybody", async () => {
    const alone = await look({}, { baselineService: undefined });
    expect(alone).toMatchObject({
      state: "failed",
      evidence: expect.stringContaining(`get configmaps in ${namespace}\nlist configmaps in ${namespace}`),
    });
    expect(JSON.stringify(alone)).not.toContain("selfsubject");
  });

  it("finds a ClusterRoleBinding that was added to the candidate's account, until it is approved", async () => {
    await make(CLUSTER_ROLE_BINDINGS, `${namespace}-more`, bound("green", "ClusterRole", "view"));
    const found = await look();
    expect(found).toMatchObject({ state: "failed", reason: "RightsAdded" });
    expect(found).toMatchObject({ evidence: expect.stringContaining("in the whole cluster") });
    const everything = {
      apiGroups: ["*"],
      resources: ["*"],
      verbs: ["get", "list", "watch"],
      namespace: "*",
    };
    expect(await look({ approved: { rules: [everything] } })).toMatchObject({ state: "passed" });
  });
});
