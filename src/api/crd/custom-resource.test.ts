import { describe, expect, it } from "vitest";
import { z } from "zod";
import { customResource, objectSchema } from "./custom-resource.ts";
import { KINDS, type KindDefinition } from "./kinds.ts";
import { statusSchema } from "./status-schema.ts";
import { type StructuralSchema, structuralSchema } from "./structural-schema.ts";

const kind = (changes: Partial<KindDefinition> = {}): KindDefinition => ({
  kind: "Thing",
  plural: "things",
  singular: "thing",
  shortName: "th",
  scope: "Namespaced",
  description: "A thing.",
  spec: z.object({ size: z.int().default(3) }),
  columns: [{ name: "Age", jsonPath: ".metadata.creationTimestamp", type: "date" }],
  ...changes,
});
const version = (definition: KindDefinition) =>
  customResource(definition).spec.versions[0] as Record<string, unknown>;

describe("a custom resource definition", () => {
  it("has the names that kubectl knows it by", () => {
    const crd = customResource(kind());
    expect(crd.metadata.name).toBe("things.bascule.dev");
    expect(crd.spec.names).toEqual({
      kind: "Thing",
      listKind: "ThingList",
      plural: "things",
      singular: "thing",
      shortNames: ["th"],
      categories: ["bascule"],
    });
  });

  it("has a status of its own only where somebody reports on the object", () => {
    expect(version(kind())).not.toHaveProperty("subresources");
    const status = z.object({ observedGeneration: z.int() });
    expect(version(kind({ status })).subresources).toEqual({ status: {} });
    expect(objectSchema(kind({ status })).properties?.status?.default).toEqual({ observedGeneration: -1 });
  });

  it("limits names where they become labels, and says which field is meant", () => {
    const messages = (objectSchema(kind({ nameLimit: 40 }))["x-kubernetes-validations"] ?? []).map(
      (r) => r.message,
    );
    expect(messages).toHaveLength(2);
    for (const message of messages) expect(message).toMatch(/^metadata\.name: /);
    expect(objectSchema(kind())).not.toHaveProperty("x-kubernetes-validations");
  });

  it("shows wide columns only when they are asked for", () => {
    const columns = [
      { name: "A", jsonPath: ".spec.a", type: "string" },
      { name: "B", jsonPath: ".spec.b", type: "string", wide: true },
    ] as const;
    expect(version(kind({ columns })).additionalPrinterColumns).toEqual([
      { name: "A", type: "string", jsonPath: ".spec.a" },
      { name: "B", type: "string", jsonPath: ".spec.b", priority: 1 },
    ]);
  });
});

describe("a status", () => {
  it("keeps types and limits, and loses defaults and rules at every depth", () => {
    const inner = z
      .object({ n: z.int().max(5).default(1) })
      .meta({ "x-kubernetes-validations": [{ rule: "self.n > 0", message: "n" }] });
    const schema = statusSchema(
      structuralSchema(
        z.object({ list: z.array(inner).max(2), map: z.record(z.string(), inner), one: inner.prefault({}) }),
      ),
    );
    const plain: StructuralSchema = { type: "object", properties: { n: { type: "integer", maximum: 5 } } };
    expect(schema.properties).toEqual({
      list: { type: "array", maxItems: 2, items: plain, "x-kubernetes-list-type": "atomic" },
      map: { type: "object", additionalProperties: plain },
      one: plain,
    });
    expect(schema.default).toEqual({ observedGeneration: -1 });
  });
});

describe("columns", () => {
  const known = (schema: StructuralSchema | undefined, path: readonly string[]): boolean =>
    path.length === 0 ? schema !== undefined : known(schema?.properties?.[path[0] ?? ""], path.slice(1));

  it.each(KINDS.map((definition) => [definition.kind, definition] as const))(
    "of %s show fields that exist",
    (_k, definition) => {
      for (const { name, jsonPath } of definition.columns) {
        if (jsonPath.startsWith(".metadata.") || jsonPath.includes("[")) continue;
        expect(known(objectSchema(definition), jsonPath.slice(1).split(".")), name).toBe(true);
      }
    },
  );
});
