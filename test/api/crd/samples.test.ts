import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { KINDS } from "../../../src/api/crd/kinds.ts";
import { API_VERSION } from "../../../src/api/object.ts";
import { releasePlanSpec } from "../../../src/api/release-plan.ts";
import { verificationTemplateSpec } from "../../../src/api/verification-template.ts";
import { type FindTemplate, resolveChecks } from "../../../src/core/gate/resolve.ts";
import { until } from "../../support/until.ts";
import { documentsBelow } from "./documents.ts";
import { inside, typeOf } from "./kinds.ts";
import { accepted } from "./people.ts";
import { setUp } from "./setup.ts";

/** Objects of our API; what else lies there, such as the files of a stack program, is not for the API server. */
const oursBelow = async (folder: string) =>
  (await documentsBelow(folder)).filter(({ document }) => document.apiVersion === API_VERSION);
const samples = await oursBelow("manifests/samples");
const packs = await oursBelow("probes");
const of = (documents: typeof samples) =>
  documents.map(
    ({ file, document }) => [`${document.kind} ${document.metadata.name} of ${file}`, document] as const,
  );

const { people, cluster } = setUp({ policies: true });
const strict = { dryRun: true, fieldValidation: "Strict" } as const;

describe("objects that people copy", () => {
  it("show every kind but the cluster-wide template", () => {
    const kinds = new Set(samples.map(({ document }) => document.kind));
    expect([...kinds].sort()).toEqual(["Release", "ReleasePlan", "Verification", "VerificationTemplate"]);
  });

  it.each(of(samples))("the sample %s is accepted with strict field validation", async (_title, object) => {
    accepted(await people.admin.create(typeOf(object.kind), inside(cluster.namespace, object), strict));
  });

  it.each(of(samples))("the API server and zod fill the same defaults into %s", async (_title, object) => {
    const stored = accepted(
      await people.admin.create(typeOf(object.kind), inside(cluster.namespace, object), { dryRun: true }),
    );
    const schema = KINDS.find(({ kind }) => kind === object.kind)?.spec as z.ZodType;
    expect(stored.spec).toEqual(schema.parse(object.spec));
  });

  it.runIf(packs.length > 0).each(of(packs))(
    "the pack %s is accepted with strict field validation",
    async (_t, object) => {
      // Under a name of its own: packs are cluster-wide, and may be installed here already.
      const name = `${cluster.namespace}-${object.metadata.name}`;
      const renamed = { ...object, metadata: { ...object.metadata, name } };
      accepted(await people.admin.create(typeOf(object.kind), inside(cluster.namespace, renamed), strict));
    },
  );
});

describe("the checks of the sample plans", () => {
  const find: FindTemplate = (kind, name) => {
    const kinds = [kind, "ClusterVerificationTemplate"];
    const object = [...samples, ...packs]
      .map(({ document }) => document)
      .find((candidate) => kinds.includes(candidate.kind) && candidate.metadata.name === name);
    return object && verificationTemplateSpec.parse(object.spec);
  };

  it.each(of(samples.filter(({ document }) => document.kind === "ReleasePlan")))(
    "%s find their templates, and their arguments fit",
    (_title, { spec }) => {
      const resolved = resolveChecks(releasePlanSpec.parse(spec).verification ?? [], find);
      expect(resolved.ok, resolved.ok ? "" : resolved.message).toBe(true);
    },
  );
});

describe("what a fresh object shows", () => {
  const release = () => {
    const found = samples.find(({ document }) => document.kind === "Release");
    if (!found) throw new Error("no sample of a Release");
    return inside(cluster.namespace, found.document);
  };

  it("has a status that nobody takes for a finished one, whatever status was sent along", async () => {
    const sent = { ...release(), status: { phase: "Completed", observedGeneration: 1 } };
    const stored = accepted(await people.admin.create(typeOf("Release"), sent));
    try {
      expect(stored.status).toEqual({ observedGeneration: -1 });
    } finally {
      accepted(await people.admin.delete(typeOf("Release"), stored.metadata));
    }
  });

  it.each([
    ["Release", ["Plan", "Version", "Phase", "Slot", "Weight", "Step", "Verdict", "Age", "Message"]],
    ["ReleasePlan", ["Live", "Active", "Ready", "Age", "Message"]],
    ["Verification", ["Release", "Step", "Phase", "Age"]],
    ["VerificationTemplate", ["Age", "Description"]],
    ["ClusterVerificationTemplate", ["Age", "Description"]],
  ])("%s is listed with its columns", async (kind, columns) => {
    const type = typeOf(kind);
    const path = `/apis/${type.group}/${type.version}/${type.plural}`;
    const client = people.asTable();
    await until(`the columns of ${kind} are served`, async () => {
      const table = accepted(
        await client.transport.json<{ columnDefinitions: { name: string }[] }>({ method: "GET", path }),
      );
      return (
        JSON.stringify(table.columnDefinitions.map(({ name }) => name)) ===
        JSON.stringify(["Name", ...columns])
      );
    });
  });
});
