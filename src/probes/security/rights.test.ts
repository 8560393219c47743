import { describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { MemoryCandidate } from "../../../test/support/memory-candidate.ts";
import { pod } from "../../../test/support/pod-samples.ts";
import { check as checkSchema } from "../../api/check.ts";
import { err, ok } from "../../base/result.ts";
import type { Binding } from "../../core/gate/rights/bindings.ts";
import type { PolicyRule } from "../../core/gate/rights/rule.ts";
import { validateCheck } from "../../core/gate/validate-check.ts";
import { RightsChecker } from "./rights.ts";
import type { RightsCluster } from "./rights-cluster.ts";

const account = (name: string) => pod({ serviceAccountName: name });
const binding = (name: string, role: string, namespace?: string): Binding => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
  metadata: { name: `${name}-${role}`, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { kind: "ClusterRole", name: role },
  subjects: [{ kind: "ServiceAccount", name, namespace: "shop" }],
});
const ROLES: Readonly<Record<string, readonly PolicyRule[]>> = {
  reader: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
  admin: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
};
const rbac = (bindings: readonly Binding[], failure?: string): RightsCluster => ({
  bindings: async () => (failure === undefined ? ok(bindings) : err({ kind: failure, message: "" })),
  rules: async ({ name }) => {
    const rules = ROLES[name];
    return rules === undefined ? err({ kind: "notFound", message: "" }) : ok(rules);
  },
});
const both = () => new MemoryCandidate([account("green")]).add("shop-blue", [account("blue")]);
const look = (cluster: MemoryCandidate, rights: RightsCluster, target: object = {}) =>
  new RightsChecker(cluster, rights).look(
    lookContext(checkSchema.parse({ name: "rights", rights: {} }), {
      target: { service: "shop-green", baselineService: "shop-blue", ...target },
    }),
  );

describe("a rights check", () => {
  const same = [binding("green", "reader", "shop"), binding("blue", "reader", "shop")];

  it("passes a candidate whose account may do what the live side's may", async () => {
    expect(await look(both(), rbac(same))).toMatchObject({ state: "passed", reason: "NoRightsAdded" });
  });

  it("finds a ClusterRoleBinding of the candidate's account", async () => {
    expect(await look(both(), rbac([...same, binding("green", "admin")]))).toMatchObject({
      state: "failed",
      reason: "RightsAdded",
      message: "* *.* in the whole cluster",
    });
  });

  it("takes a binding whose role is not there for none", async () => {
    expect(await look(both(), rbac([...same, binding("green", "missing")]))).toMatchObject({
      state: "passed",
    });
  });

  it("lists everything that is not approved where nothing is live", async () => {
    const only = new MemoryCandidate([account("green")]);
    const found = await look(only, rbac(same), { baselineService: undefined });
    expect(found).toMatchObject({ state: "failed", message: "get configmaps in shop" });
  });

  it("is no verdict when the live side or the bindings can't be read", async () => {
    expect(await look(new MemoryCandidate([account("green")]), rbac(same))).toMatchObject({
      kind: "unreadable",
      reason: "NoService",
    });
    const empty = new MemoryCandidate([account("green")]).add("shop-blue", []);
    expect(await look(empty, rbac(same))).toMatchObject({ kind: "unreadable", reason: "NoLivePods" });
    expect(await look(both(), rbac([], "forbidden"))).toMatchObject({ reason: "Forbidden" });
  });

  it("is refused when it approves a rule that means nothing", () => {
    const problems = (...rules: object[]) => {
      const validated = validateCheck(checkSchema.parse({ name: "rights", rights: { approved: { rules } } }));
      return validated.ok ? [] : validated.error.map(({ message }) => message);
    };
    expect(problems({ apiGroups: [""], resources: ["pods"], verbs: ["get"] })).toEqual([]);
    expect(problems({ resources: ["pods"] })).toEqual(["approves no verb; give verbs"]);
    expect(problems({ verbs: ["get"], resources: ["pods"] })).toHaveLength(1);
    expect(problems({ verbs: ["get"], nonResourceURLs: ["/metrics"] })).toHaveLength(1);
  });
});
