import { describe, expect, it } from "vitest";
import { pod } from "../../../../test/support/pod-samples.ts";
import type { Pod } from "../pods/pod.ts";
import { additionsOf, type SideRights } from "./additions.ts";
import { type Binding, binds, type Subject } from "./bindings.ts";
import { podRights } from "./pod-rights.ts";
import { type Grant, holds, type PolicyRule, rightsIn, tellRight } from "./rule.ts";

const grant = (rule: PolicyRule, namespace = "shop"): Grant => ({ namespace, rule });
const pods = (...verbs: string[]): PolicyRule => ({ apiGroups: [""], resources: ["pods"], verbs });
const side = (grants: readonly Grant[], list: readonly Pod[] = [pod()]): SideRights => ({
  pods: podRights(list),
  grants,
});
const added = (candidate: SideRights, live?: SideRights, approved: object = {}): readonly string[] =>
  additionsOf(candidate, live, approved, "shop").map(({ reason, told }) => `${reason}: ${told}`);

describe("a grant", () => {
  const rule = (more: PolicyRule): PolicyRule => ({
    apiGroups: [""],
    resources: ["pods"],
    verbs: ["get"],
    ...more,
  });
  const right = { namespace: "shop", verb: "get", group: "", resource: "pods" };

  it.each<[string, Grant, object, boolean]>([
    ["the same", grant(rule({})), {}, true],
    ["another verb", grant(rule({})), { verb: "list" }, false],
    ["any verb", grant(rule({ verbs: ["*"] })), { verb: "list" }, true],
    ["another group", grant(rule({})), { group: "apps" }, false],
    ["any group", grant(rule({ apiGroups: ["*"] })), { group: "apps" }, true],
    ["a subresource", grant(rule({})), { resource: "pods/exec" }, false],
    ["a subresource of any", grant(rule({ resources: ["*/exec"] })), { resource: "pods/exec" }, true],
    ["any resource", grant(rule({ resources: ["*"] })), { resource: "pods/exec" }, true],
    ["one object by a rule for all", grant(rule({})), { name: "a" }, true],
    ["all objects by a rule for one", grant(rule({ resourceNames: ["a"] })), {}, false],
    ["that object by a rule for one", grant(rule({ resourceNames: ["a"] })), { name: "a" }, true],
    ["another object", grant(rule({ resourceNames: ["a"] })), { name: "b" }, false],
    ["a namespace by the whole cluster", grant(rule({}), "*"), {}, true],
    ["the whole cluster by a namespace", grant(rule({})), { namespace: "*" }, false],
    ["another namespace", grant(rule({})), { namespace: "other" }, false],
    ["a wildcard by its parts", grant(rule({ verbs: ["get", "list"] })), { verb: "*" }, false],
  ])("holds %s: %#", (_, given, more, expected) => {
    expect(holds(given, { ...right, ...more })).toBe(expected);
  });

  it("holds paths by prefix, for the whole cluster only", () => {
    const paths = grant({ verbs: ["get"], nonResourceURLs: ["/healthz*", "/metrics"] }, "*");
    const url = (path: string) => ({ namespace: "*", verb: "get", url: path });
    expect(holds(paths, url("/healthz/etcd"))).toBe(true);
    expect(holds(paths, url("/metrics"))).toBe(true);
    expect(holds(paths, url("/metrics/cadvisor"))).toBe(false);
    expect(rightsIn(grant({ verbs: ["get"], nonResourceURLs: ["/metrics"] }))).toEqual([]);
  });

  it("holds everything that it is taken apart into", () => {
    const all = grant({
      apiGroups: ["", "apps"],
      resources: ["pods", "*/scale"],
      verbs: ["get", "*"],
      resourceNames: ["a", "b"],
    });
    const rights = rightsIn(all) ?? [];
    expect(rights).toHaveLength(16);
    for (const one of rights) expect(holds(all, one)).toBe(true);
  });

  it("is not taken apart beyond measure", () => {
    const many = Array.from({ length: 100 }, (_, i) => `r${i}`);
    expect(rightsIn(grant({ apiGroups: many, resources: many, verbs: ["get"] }))).toBeUndefined();
  });

  it("is told in words", () => {
    expect(tellRight({ namespace: "shop", verb: "create", group: "", resource: "pods/exec" })).toBe(
      "create pods/exec in shop",
    );
    expect(
      tellRight({ namespace: "*", verb: "get", group: "apps", resource: "deployments", name: "a" }),
    ).toBe('get deployments.apps "a" in the whole cluster');
  });
});

describe("a binding", () => {
  const binding = (subject: Subject, more: object = {}): Binding => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "b", namespace: "shop", ...more },
    roleRef: { kind: "Role", name: "r" },
    subjects: [subject],
  });
  const account = { namespace: "shop", name: "web" };

  it.each<[Subject, boolean]>([
    [{ kind: "ServiceAccount", name: "web", namespace: "shop" }, true],
    [{ kind: "ServiceAccount", name: "web" }, true],
    [{ kind: "ServiceAccount", name: "web", namespace: "other" }, false],
    [{ kind: "ServiceAccount", name: "api", namespace: "shop" }, false],
    [{ kind: "User", name: "system:serviceaccount:shop:web" }, true],
    [{ kind: "User", name: "web" }, false],
    [{ kind: "Group", name: "system:serviceaccounts:shop" }, true],
    [{ kind: "Group", name: "system:serviceaccounts:other" }, false],
    [{ kind: "Group", name: "system:authenticated" }, true],
    [{ kind: "Group", name: "system:serviceaccounts" }, true],
  ])("of %o is the account's: %s", (subject, expected) => {
    expect(binds(binding(subject), account)).toBe(expected);
  });

  it("of Kubernetes' own for everybody is nobody's addition, but one that names the account is", () => {
    const labels = { "kubernetes.io/bootstrapping": "rbac-defaults" };
    expect(binds(binding({ kind: "Group", name: "system:authenticated" }, { labels }), account)).toBe(false);
    const named = { kind: "ServiceAccount", name: "web", namespace: "shop" };
    expect(binds(binding(named, { labels }), account)).toBe(true);
  });
});

describe("additions to rights", () => {
  it("are what neither the live side has nor anybody approved", () => {
    const live = side([grant(pods("get", "list"))]);
    expect(added(side([grant(pods("get"))]), live)).toEqual([]);
    const more = side([grant(pods("get", "delete")), grant(pods("list"), "*")]);
    expect(added(more, live)).toEqual([
      "RightsAdded: delete pods in shop",
      "RightsAdded: list pods in the whole cluster",
    ]);
    const approved = { rules: [pods("delete"), { ...pods("list"), namespace: "*" }] };
    expect(added(more, live, approved)).toEqual([]);
  });

  it("are not the slots' own objects under the other slot's name", () => {
    const own = (slot: string) =>
      side(
        [grant({ ...pods("get"), resources: ["configmaps"], resourceNames: [`shop-${slot}-config`] })],
        [pod({ volumes: [{ name: "s", secret: { secretName: `shop-${slot}` } }] })],
      );
    expect(added(own("green"), own("blue"))).toEqual([]);
    expect(added(own("green-admin"), own("blue"))).toHaveLength(2);
  });

  it("are all that is not usual where nothing is live", () => {
    const candidate = side(
      [grant(pods("get"))],
      [pod({ securityContext: { runAsUser: 0 } }, { envFrom: [{ secretRef: { name: "db" } }] })],
    );
    expect(added(candidate)).toEqual([
      "RightsAdded: get pods in shop",
      "UserAdded: containers run as user 0",
      "SecretAdded: Secret db",
    ]);
    expect(added(side([], [pod({ securityContext: { runAsUser: 1000 } })]))).toEqual([]);
    const approved = { rules: [pods("*")], users: [0], secrets: ["db"] };
    expect(added(candidate, undefined, approved)).toEqual([]);
  });

  it("are capabilities, users and Secrets that the live pods don't have", () => {
    const caps = (capabilities: object, more: object = {}) =>
      side([], [pod({}, { securityContext: { capabilities, ...more } })]);
    const live = caps({ drop: ["ALL"] }, { runAsUser: 1000 });
    expect(added(caps({ drop: ["ALL"], add: ["NET_BIND_SERVICE"] }, { runAsUser: 1000 }), live)).toEqual([
      "CapabilityAdded: capability NET_BIND_SERVICE",
    ]);
    expect(added(caps({}, { runAsUser: 1000 }), live)).toHaveLength(14);
    expect(added(caps({ drop: ["ALL"] }, { runAsUser: 0 }), live)).toEqual([
      "UserAdded: containers run as user 0",
    ]);
    const privileged = caps({}, { privileged: true, runAsUser: 1000 });
    expect(added(privileged, live)).toEqual(["CapabilityAdded: capability privileged"]);
    expect(added(privileged, live, { capabilities: ["privileged"] })).toEqual([]);
    const env = [{ valueFrom: { secretKeyRef: { name: "db" } } }];
    expect(added(side([], [pod({}, { env })]), side([]))).toEqual(["SecretAdded: Secret db"]);
    const projected = { sources: [{ secret: { name: "keys" } }] };
    expect(added(side([], [pod({ volumes: [{ name: "v", projected }] })]), side([]))).toEqual([
      "SecretAdded: Secret keys",
    ]);
  });

  it("are told in bounded number", () => {
    const names = Array.from({ length: 400 }, (_, i) => `r${i}`);
    const candidate = side([grant({ apiGroups: [""], resources: names, verbs: ["get"] })]);
    expect(added(candidate, side([])).length).toBeLessThanOrEqual(100);
  });
});
