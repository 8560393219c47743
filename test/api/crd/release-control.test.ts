import { beforeAll, describe, expect, it } from "vitest";
import { COMMANDS, type Command } from "../../../src/api/control.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { until } from "../../support/until.ts";
import { typeOf } from "./kinds.ts";
import { accepted, refused } from "./people.ts";
import { setUp } from "./setup.ts";

const RELEASE = typeOf("Release");
const OPERATOR = "olga@example.com";
const ABORTER = "amir@example.com";
const EDITOR = "elif@example.com";

const { people, cluster } = setUp({ policies: true });
const [operator, aborter, editor] = [people.as(OPERATOR), people.as(ABORTER), people.as(EDITOR)];

/** What each command needs beside who and why. */
const MORE: Readonly<Record<Command, object>> = {
  pause: { state: true },
  abort: {},
  promote: { step: "weight-5" },
  skip: { step: "weight-5" },
  resume: { hold: "hold-1" },
  revert: {},
  acceptLive: { slot: "blue" },
};
const order = (command: Command, by: string) => ({ [command]: { by, reason: "test", ...MORE[command] } });
const object = (name: string, control?: object) => ({
  apiVersion: "bascule.dev/v1alpha1",
  kind: "Release",
  metadata: { name, namespace: cluster.namespace },
  spec: {
    planRef: { name: "shop" },
    package: { version: "1.0.0", image: "registry.example.com/shop:1" },
    ...(control && { control }),
  },
});

let counter = 0;
/** A release in the cluster, with commands that its maker may give. */
async function present(control?: object, maker: KubeClient = operator) {
  const made = accepted(await maker.create(RELEASE, object(`release-${++counter}`, control)));
  return { name: made.metadata.name, namespace: cluster.namespace };
}
const patch = (client: KubeClient, ref: { name: string; namespace: string }, spec: object) =>
  client.mergePatch(RELEASE, ref, { spec });

const review = { kind: "SelfSubjectAccessReview", apiVersion: "authorization.k8s.io/v1" };
const may = async (client: KubeClient, verb: string): Promise<boolean> => {
  const resourceAttributes = {
    group: "bascule.dev",
    resource: "releases",
    verb,
    namespace: cluster.namespace,
  };
  const answer = await client.transport.json<{ status: { allowed: boolean } }>({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: { ...review, spec: { resourceAttributes } },
  });
  return accepted(answer).status.allowed;
};

beforeAll(async () => {
  await cluster.bind(OPERATOR, "bascule-operator");
  await cluster.bind(ABORTER, "bascule-aborter");
  await cluster.bind(EDITOR, "bascule-editor");
  await until("the roles are in force", async () => {
    const rights = await Promise.all([may(operator, "promote"), may(aborter, "abort"), may(editor, "edit")]);
    return rights.every(Boolean);
  });
  await until("the policy is in force", async () => {
    const probe = await people.admin.create(RELEASE, object("probe", order("abort", "nobody")), {
      dryRun: true,
    });
    return !probe.ok && probe.error.message.includes("spec.control.abort.by");
  });
});
describe("commands of an operator", () => {
  it.each(COMMANDS)("%s is accepted under the operator's own name", async (command) => {
    const ref = await present();
    const after = accepted(await patch(operator, ref, { control: order(command, OPERATOR) }));
    expect(after.spec).toMatchObject({ control: order(command, OPERATOR) });
  });

  it.each(COMMANDS)("%s is refused under another's name", async (command) => {
    const error = refused(await patch(operator, await present(), { control: order(command, ABORTER) }));
    expect(error.kind).toBe("forbidden");
    expect(error.message).toContain(`spec.control.${command}.by: must be "${OPERATOR}"`);
  });

  it("may be given when the release is made, under the own name only", async () => {
    const dryRun = { dryRun: true };
    accepted(await operator.create(RELEASE, object("own", order("pause", OPERATOR)), dryRun));
    const error = refused(await operator.create(RELEASE, object("forged", order("pause", ABORTER)), dryRun));
    expect(error.message).toContain(`spec.control.pause.by: must be "${OPERATOR}"`);
  });

  it("leave alone what somebody else ordered before", async () => {
    const ref = await present(order("pause", OPERATOR));
    const after = accepted(await patch(aborter, ref, { control: order("abort", ABORTER) }));
    expect(after.spec).toMatchObject({ control: { pause: { by: OPERATOR }, abort: { by: ABORTER } } });
  });

  it("are refused where they reword what somebody else ordered", async () => {
    const ref = await present(order("abort", OPERATOR));
    const error = refused(await patch(aborter, ref, { control: { abort: { reason: "another" } } }));
    expect(error.message).toContain(`spec.control.abort.by: must be "${ABORTER}"`);
  });

  it("cannot be taken away in silence, not even by an administrator", async () => {
    const ref = await present(order("pause", OPERATOR));
    for (const client of [operator, people.admin])
      for (const control of [{ pause: null }, null]) {
        const error = refused(await patch(client, ref, { control }));
        expect(error.message).toContain("spec.control.pause: a command cannot be taken away");
        expect(error.message).toContain("set state: false");
      }
  });
});

describe("commands of somebody without the verb", () => {
  it.each(COMMANDS.filter((c) => c !== "abort"))("%s is refused to an aborter", async (command) => {
    const error = refused(await patch(aborter, await present(), { control: order(command, ABORTER) }));
    expect(error.kind).toBe("forbidden");
    expect(error.message).toContain(
      `spec.control.${command}: "${ABORTER}" needs the verb "${command.toLowerCase()}"`,
    );
  });

  it("an aborter may abort", async () => {
    accepted(await patch(aborter, await present(), { control: order("abort", ABORTER) }));
  });

  it("an abort does not carry another command with it", async () => {
    const control = { ...order("abort", ABORTER), ...order("skip", ABORTER) };
    const error = refused(await patch(aborter, await present(), { control }));
    expect(error.message).toContain("spec.control.skip");
  });

  it("an editor gives no commands, at creation neither", async () => {
    const ref = await present(undefined, editor);
    expect(refused(await patch(editor, ref, { control: order("abort", EDITOR) })).message).toContain(
      'verb "abort"',
    );
    const error = refused(await editor.create(RELEASE, object("with-command", order("promote", EDITOR))));
    expect(error.message).toContain('needs the verb "promote"');
  });
});

describe("the spec outside control", () => {
  it.each([
    ["changed", { change: { object: "other" } }, "spec.change"],
    ["added to", { schedule: { notBefore: "2030-01-01T00:00:00Z" } }, "spec.schedule"],
  ])("can't be %s by somebody who holds only command verbs", async (_what, spec, field) => {
    const ref = await present();
    for (const [client, user] of [[operator, OPERATOR] as const, [aborter, ABORTER] as const]) {
      const error = refused(await patch(client, ref, spec));
      expect(error.message).toContain(`${field}: "${user}" needs the verb "edit"`);
    }
  });

  it("can't be emptied by somebody who holds only command verbs", async () => {
    const ref = await present();
    accepted(await patch(editor, ref, { change: { object: "invoice" } }));
    expect(refused(await patch(operator, ref, { change: null })).message).toContain("spec.change");
    accepted(await patch(editor, ref, { change: null }));
  });

  it("can't be changed under cover of a command that is allowed", async () => {
    const spec = { control: order("abort", ABORTER), change: { object: "other" } };
    expect(refused(await patch(aborter, await present(), spec)).message).toContain("spec.change");
  });

  it("leaves labels to everybody who may patch", async () => {
    accepted(await aborter.mergePatch(RELEASE, await present(), { metadata: { labels: { team: "shop" } } }));
  });
});

describe("the status", () => {
  it.each([
    ["an operator", operator],
    ["an editor", editor],
    ["an aborter", aborter],
  ])("is closed to %s", async (_who, client) => {
    const ref = await present();
    const answer = await client.mergePatch(
      RELEASE,
      ref,
      { status: { phase: "Completed" } },
      { subresource: "status" },
    );
    expect(refused(answer).kind).toBe("forbidden");
  });
});
