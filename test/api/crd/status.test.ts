import { expect, it } from "vitest";
import { KINDS } from "../../../src/api/crd/kinds.ts";
import { structuralSchema } from "../../../src/api/crd/structural-schema.ts";
import { API_VERSION } from "../../../src/api/object.ts";
import { documentsBelow } from "./documents.ts";
import { filled } from "./filled.ts";
import { inside, typeOf } from "./kinds.ts";
import { accepted } from "./people.ts";
import { setUp } from "./setup.ts";

const samples = (await documentsBelow("manifests/samples"))
  .map(({ document }) => document)
  .filter(({ apiVersion }) => apiVersion === API_VERSION);
const withStatus = KINDS.flatMap(({ kind, status }) => (status ? [[kind, status] as const] : []));

const { people, cluster } = setUp();

async function present(kind: string) {
  const sample = samples.find((object) => object.kind === kind);
  if (!sample) throw new Error(`no sample of a ${kind}`);
  const name = `${sample.metadata.name}-${Math.random().toString(36).slice(2, 7)}`;
  const object = inside(cluster.namespace, { ...sample, metadata: { name } });
  return accepted(await people.admin.create(typeOf(kind), object)).metadata;
}
const write = (kind: string, ref: { name: string; namespace?: string }, status: unknown) =>
  people.admin.mergePatch(
    typeOf(kind),
    ref,
    { status },
    { subresource: "status", fieldValidation: "Strict" },
  );

it.each(withStatus)("every field of a %s's status comes back as it was written", async (kind, schema) => {
  const status = filled(structuralSchema(schema)) as Record<string, unknown>;
  const ref = await present(kind);
  expect(accepted(await write(kind, ref, status)).status).toEqual(status);
  expect(accepted(await people.admin.get(typeOf(kind), ref)).status).toEqual(status);
});

it("what was frozen gets no defaults from a newer schema", async () => {
  const ref = await present("Release");
  const release = KINDS.find(({ kind }) => kind === "Release");
  const full = filled(structuralSchema(release?.status as never)) as { frozen: Record<string, unknown> };
  const frozen = { ...full.frozen, checks: [{ name: "a", http: {} }], timing: { step: "1m" } };
  const stored = accepted(await write("Release", ref, { frozen })).status as { frozen: unknown };
  expect(stored.frozen).toEqual(frozen);
});

it.each([
  ["without a validator", { validator: undefined }],
  ["with an empty validator", { validator: "" }],
])("a result %s is refused in a Verification's status", async (_what, more) => {
  const ref = await present("Verification");
  const whole = { name: "c", kind: "http", severity: "minor", verdict: "pending", reason: "r", message: "m" };
  accepted(await write("Verification", ref, { results: [{ ...whole, validator: "v" }] }));
  const answer = await write("Verification", ref, { results: [{ ...whole, ...more }] });
  expect(answer.ok).toBe(false);
  if (!answer.ok) expect(answer.error.message).toContain("status.results[0].validator");
});

it.each([
  ["a phase that does not exist", { phase: "Done" }, "status.phase"],
  ["a slot that does not exist", { slot: "red" }, "status.slot"],
  ["a time that is none", { startedAt: "yesterday" }, "status.startedAt"],
  ["a field that does not exist", { colour: "blue" }, "status.colour"],
])("%s is refused in a Release's status too", async (_what, status, field) => {
  const answer = await write("Release", await present("Release"), status);
  expect(answer.ok).toBe(false);
  if (!answer.ok) expect(answer.error.message).toContain(field);
});
