import { beforeAll, expect, it } from "vitest";
import type { KubeClient } from "../../../src/kube/client.ts";
import { until } from "../../support/until.ts";
import { typeOf } from "./kinds.ts";
import { accepted, refused } from "./people.ts";
import { setUp } from "./setup.ts";

const PLAN = typeOf("ReleasePlan");
const EDITOR = "eda@example.com";

const { people, cluster } = setUp({ policies: true });
const editor = people.as(EDITOR);

const ref = () => ({ name: "shop", namespace: cluster.namespace });
const ask = (client: KubeClient, finishAdoption: object | null, more: object = {}, dryRun = false) =>
  client.mergePatch(PLAN, ref(), { spec: { traffic: { finishAdoption }, ...more } }, { dryRun });

beforeAll(async () => {
  await cluster.bind(EDITOR, "bascule-editor");
  const spec = {
    stack: { program: { name: "web-service" } },
    traffic: { routes: [{ name: "shop" }] },
    strategy: { direct: {} },
  };
  const { apiVersion, kind } = { apiVersion: "bascule.dev/v1alpha1", kind: "ReleasePlan" };
  accepted(await people.admin.create(PLAN, { apiVersion, kind, metadata: ref(), spec } as never));
  await until("role and policy are in force", async () => {
    const probe = await ask(editor, { service: "old", by: "nobody" }, {}, true);
    return !probe.ok && probe.error.message.includes("finishAdoption.by");
  });
});
it("finishing an adoption in somebody else's name is refused", async () => {
  const error = refused(await ask(editor, { service: "old", by: "boss@example.com", reason: "x" }));
  expect(error.message).toContain(`spec.traffic.finishAdoption.by: must be "${EDITOR}"`);
});

it("one's own name is fine, and others may change the rest of the plan after that", async () => {
  accepted(await ask(editor, { service: "old", by: EDITOR, reason: "moved" }));
  const same = { service: "old", by: EDITOR, reason: "moved" };
  accepted(await ask(people.admin, same, { capacity: { replicas: 4 } }));
  refused(await ask(people.admin, { ...same, reason: "another" }));
});

it("without a name it is fine, as in a plan out of Git; nothing else may stand there", async () => {
  accepted(await ask(editor, null));
  accepted(await ask(editor, { service: "old" }));
  const error = refused(await ask(editor, { service: "not a name" }));
  expect(error.message).toContain("finishAdoption.service");
});
