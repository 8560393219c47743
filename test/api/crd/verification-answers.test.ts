import { beforeAll, describe, expect, it } from "vitest";
import type { KubeClient } from "../../../src/kube/client.ts";
import { resourceType } from "../../../src/kube/resources.ts";
import { until } from "../../support/until.ts";
import { typeOf } from "./kinds.ts";
import { accepted, refused } from "./people.ts";
import { setUp } from "./setup.ts";

const VERIFICATION = typeOf("Verification");
const RBAC = { group: "rbac.authorization.k8s.io", version: "v1", namespaced: true };
const ROLES = resourceType({ ...RBAC, kind: "Role", plural: "roles" });
const BINDINGS = resourceType({ ...RBAC, kind: "RoleBinding", plural: "rolebindings" });

const ANSWERER = "ana@example.com";
const ACCOUNTANT = "abel@example.com";
const VIEWER = "vera@example.com";
const EDITOR = "eda@example.com";

const { people, cluster } = setUp({ policies: true });
const [answerer, accountant, viewer, editor] = [ANSWERER, ACCOUNTANT, VIEWER, EDITOR].map((who) =>
  people.as(who),
) as [KubeClient, KubeClient, KubeClient, KubeClient];

const question = "Does it look right?";
const checks = [
  { name: "open", manual: { question } },
  { name: "named", manual: { question, users: [ANSWERER] } },
  { name: "group", manual: { question, groups: ["finance"] } },
  { name: "role", manual: { question, role: "accounting" } },
  { name: "health", http: {} },
];
const answer = (check: string, by: string, verdict = "pass", reason = "seen") => ({
  check,
  verdict,
  reason,
  by,
});

let counter = 0;
async function present(): Promise<{ name: string; namespace: string }> {
  const metadata = { name: `answers-${++counter}`, namespace: cluster.namespace };
  const made = { apiVersion: "bascule.dev/v1alpha1", kind: "Verification", metadata };
  accepted(
    await people.admin.create(VERIFICATION, { ...made, spec: { target: { service: "x" }, checks } } as never),
  );
  return metadata;
}
const give = (client: KubeClient, ref: { name: string; namespace: string }, ...answers: object[]) =>
  client.mergePatch(VERIFICATION, ref, { spec: { answers } });

beforeAll(async () => {
  await cluster.bind(ANSWERER, "bascule-answerer");
  await cluster.bind(ACCOUNTANT, "bascule-answerer");
  await cluster.bind(VIEWER, "bascule-viewer");
  await cluster.bind(EDITOR, "bascule-editor");
  const metadata = { name: "accounting", namespace: cluster.namespace };
  const rule = {
    apiGroups: ["bascule.dev"],
    resources: ["answerroles"],
    verbs: ["answer"],
    resourceNames: ["accounting"],
  };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  accepted(await people.admin.create(ROLES, { apiVersion, kind: "Role", metadata, rules: [rule] } as never));
  const subject = { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: ACCOUNTANT };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "accounting" };
  accepted(
    await people.admin.create(BINDINGS, {
      apiVersion,
      kind: "RoleBinding",
      metadata,
      roleRef,
      subjects: [subject],
    } as never),
  );
  const ref = await present();
  await until("roles and policy are in force", async () => {
    const forged = await give(answerer, ref, answer("open", "nobody"));
    const own = await give(accountant, await present(), answer("role", ACCOUNTANT));
    return !forged.ok && forged.error.message.includes("].by: must be") && own.ok;
  });
});

describe("an answer to a manual check", () => {
  it("is accepted under one's own name, and stays as it was given", async () => {
    const ref = await present();
    const first = answer("open", ANSWERER);
    accepted(await give(answerer, ref, first));
    for (const change of [
      [],
      [answer("open", ANSWERER, "fail")],
      [answer("open", ANSWERER, "pass", "other")],
    ])
      for (const client of [answerer, people.admin])
        expect(refused(await give(client, ref, ...change)).message).toContain(`was given by ${ANSWERER}`);
    accepted(await give(answerer, ref, first, answer("named", ANSWERER, "fail")));
  });

  it("is refused under another's name", async () => {
    const error = refused(await give(answerer, await present(), answer("open", ACCOUNTANT)));
    expect(error.kind).toBe("forbidden");
    expect(error.message).toContain(`spec.answers[open].by: must be "${ANSWERER}"`);
  });

  it("needs the verb answer, which neither a viewer nor an editor has", async () => {
    refused(await give(viewer, await present(), answer("open", VIEWER)));
    const error = refused(await give(editor, await present(), answer("open", EDITOR)));
    expect(error.message).toContain('needs the verb "answer"');
  });

  it("is of those whom the check names: a user, or a member of a group", async () => {
    const ref = await present();
    const error = refused(await give(accountant, ref, answer("named", ACCOUNTANT)));
    expect(error.message).toContain("is not among those who may answer");
    accepted(await give(answerer, ref, answer("named", ANSWERER)));
    expect(refused(await give(answerer, await present(), answer("group", ANSWERER))).message).toContain(
      "is not among",
    );
    const member = people.as(ANSWERER, "finance");
    accepted(await give(member, await present(), answer("group", ANSWERER)));
  });

  it("is of those who hold the role that the check names", async () => {
    const error = refused(await give(answerer, await present(), answer("role", ANSWERER)));
    expect(error.message).toContain('needs the verb "answer" on answerroles.bascule.dev "accounting"');
    accepted(await give(accountant, await present(), answer("role", ACCOUNTANT)));
  });

  it("is to a manual check, one at a time, and after the verification was made", async () => {
    const ref = await present();
    expect(refused(await give(answerer, ref, answer("health", ANSWERER))).message).toContain(
      "no manual check",
    );
    expect(refused(await give(answerer, ref, answer("none", ANSWERER))).message).toContain("no manual check");
    const two = refused(await give(answerer, ref, answer("open", ANSWERER), answer("named", ANSWERER)));
    expect(two.message).toContain("one answer at a time");
    const admin = await people.admin.create(VERIFICATION, {
      ...{ apiVersion: "bascule.dev/v1alpha1", kind: "Verification" },
      metadata: { name: "early", namespace: cluster.namespace },
      spec: { target: { service: "x" }, checks, answers: [answer("open", "anybody")] },
    } as never);
    expect(refused(admin).message).toContain("before it is asked");
  });

  it("carries no other change with it; an editor may change the rest", async () => {
    const ref = await present();
    const deadline = { spec: { deadline: "1h" } };
    const error = refused(await answerer.mergePatch(VERIFICATION, ref, deadline));
    expect(error.message).toContain(`spec.deadline: "${ANSWERER}" needs the verb "edit"`);
    const both = { spec: { ...deadline.spec, answers: [answer("open", ANSWERER)] } };
    expect(refused(await answerer.mergePatch(VERIFICATION, ref, both)).message).toContain("spec.deadline");
    accepted(await editor.mergePatch(VERIFICATION, ref, deadline));
  });

  it("leaves the controller's marks alone: who may edit may end the verification", async () => {
    const ref = await present();
    accepted(await give(answerer, ref, answer("open", ANSWERER)));
    const after = accepted(await people.admin.mergePatch(VERIFICATION, ref, { spec: { end: true } }));
    expect(after.spec).toMatchObject({ end: true, answers: [{ by: ANSWERER }] });
  });
});
