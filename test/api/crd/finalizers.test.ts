import { afterAll, beforeAll, expect, it } from "vitest";
import type { KubeClient } from "../../../src/kube/client.ts";
import { until } from "../../support/until.ts";
import { typeOf } from "./kinds.ts";
import { accepted, refused } from "./people.ts";
import { setUp } from "./setup.ts";

const EDITOR = "ed@example.com";
const OURS = "bascule.dev/traffic";
const THEIRS = "example.com/archive";

const { people, cluster } = setUp({ policies: true });
const editor = people.as(EDITOR);

const made = [
  [
    "Release",
    { planRef: { name: "shop" }, package: { version: "1.0.0", image: "registry.example.com/shop:1" } },
  ],
  [
    "ReleasePlan",
    {
      stack: { program: { name: "web-service" } },
      traffic: { create: { parentRefs: [{ name: "edge" }] } },
      strategy: { direct: {} },
    },
  ],
] as const;
const ref = () => ({ name: "guarded", namespace: cluster.namespace });
const setFinalizers = (client: KubeClient, kind: string, finalizers: readonly string[] | null) =>
  client.mergePatch(typeOf(kind), ref(), { metadata: { finalizers } });

beforeAll(async () => {
  await cluster.bind(EDITOR, "bascule-editor");
  for (const [kind, spec] of made) {
    const metadata = { ...ref(), finalizers: [OURS, THEIRS] };
    accepted(
      await people.admin.create(typeOf(kind), {
        apiVersion: "bascule.dev/v1alpha1",
        kind,
        metadata,
        spec,
      } as never),
    );
  }
  await until("role and policy are in force", async () => {
    const metadata = { finalizers: [THEIRS] };
    // A dry run: where the role comes into force before the policy, the finalizer would be gone for good.
    const probe = await editor.mergePatch(typeOf("Release"), ref(), { metadata }, { dryRun: true });
    return !probe.ok && probe.error.message.includes("metadata.finalizers");
  });
});
afterAll(async () => {
  for (const [kind] of made) await setFinalizers(people.admin, kind, null);
});

it.each(made)("an editor can't take Bascule's finalizer off a %s", async (kind) => {
  const error = refused(await setFinalizers(editor, kind, [THEIRS]));
  expect(error.message).toContain(`metadata.finalizers: "${EDITOR}" needs the verb "update" on`);
  refused(await setFinalizers(editor, kind, null));
});

it.each(made)("an editor can't put another of Bascule's finalizers on a %s", async (kind) => {
  refused(await setFinalizers(editor, kind, [OURS, THEIRS, "bascule.dev/for-ever"]));
});

it.each(made)("finalizers of others on a %s are nobody's business here", async (kind) => {
  accepted(await setFinalizers(editor, kind, [OURS]));
  accepted(await setFinalizers(editor, kind, [OURS, THEIRS]));
});

it.each(made)("who may update the finalizers of a %s may take Bascule's off", async (kind) => {
  accepted(await setFinalizers(people.admin, kind, [THEIRS]));
  accepted(await setFinalizers(people.admin, kind, [OURS, THEIRS]));
});
