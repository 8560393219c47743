import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { freeObject, rules, weight } from "../fields.ts";
import { KINDS } from "./kinds.ts";
import { type StructuralSchema, structuralSchema } from "./structural-schema.ts";

describe("a structural schema", () => {
  it("asks only for fields that have no default", () => {
    const schema = structuralSchema(
      z.object({ a: z.string(), b: z.string().default("x"), c: z.string().optional() }),
    );
    expect(schema.required).toEqual(["a"]);
    expect(schema.properties?.b).toEqual({ type: "string", default: "x" });
    expect(schema.additionalProperties).toBeUndefined();
  });

  it("leaves an empty list of required fields out, which the API server refuses", () => {
    expect(structuralSchema(z.object({ a: z.string().optional() }))).not.toHaveProperty("required");
  });

  it("drops the bounds of a double's integers, and keeps those that were asked for", () => {
    const schema = structuralSchema(
      z.object({ any: z.int(), some: z.int().min(-3), port: z.int().min(1).max(65535) }),
    );
    expect(schema.properties).toEqual({
      any: { type: "integer" },
      some: { type: "integer", minimum: -3 },
      port: { type: "integer", minimum: 1, maximum: 65535 },
    });
  });

  it("keeps open bounds of numbers", () => {
    expect(structuralSchema(z.number().gt(0).lt(1))).toEqual({
      type: "number",
      minimum: 0,
      exclusiveMinimum: true,
      maximum: 1,
      exclusiveMaximum: true,
    });
  });

  it("writes a weight as integer or string with a rule and a bounded text", () => {
    const schema = structuralSchema(weight("Share."));
    expect(schema).toMatchObject({ "x-kubernetes-int-or-string": true, maxLength: 8 });
    expect(schema["x-kubernetes-validations"]).toHaveLength(1);
    expect(schema).not.toHaveProperty("anyOf");
    expect(schema).not.toHaveProperty("type");
  });

  it("keeps unknown members of a free object and says so only once", () => {
    expect(structuralSchema(freeObject("Values."))).toEqual({
      type: "object",
      description: "Values.",
      "x-kubernetes-preserve-unknown-fields": true,
    });
  });

  it("names the type of every list, atomic where nothing else is said", () => {
    const named = { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] };
    const list = z.array(z.object({ name: z.string() }));
    expect(structuralSchema(list)["x-kubernetes-list-type"]).toBe("atomic");
    expect(structuralSchema(list.meta(named))).toMatchObject(named);
  });

  it("turns a limit on the keys of a map, which the export forgets, into a rule", () => {
    const map = z.record(z.string().max(63), z.string());
    expect(structuralSchema(map.meta({ maxProperties: 4 }))).toEqual({
      type: "object",
      maxProperties: 4,
      additionalProperties: { type: "string" },
      "x-kubernetes-validations": [
        { rule: "self.all(k, k.size() <= 63)", message: "a key may have at most 63 characters" },
      ],
    });
  });

  it("keeps the rules of a field beside that of its keys", () => {
    const own = { rule: "self.size() != 2", message: "not two" };
    const map = z.record(z.string().max(3), z.string()).meta({ maxProperties: 4, ...rules(own) });
    expect(structuralSchema(map)["x-kubernetes-validations"]).toEqual([own, expect.anything()]);
  });

  it("writes patterns without escapes that only JavaScript needs", () => {
    expect(structuralSchema(z.string().regex(/^https?:\/\/x$/)).pattern).toBe("^https?://x$");
  });
});

describe("what a CRD can't express", () => {
  it.each([
    [
      "alternatives of different types",
      z.object({ a: z.object({ b: z.union([z.string(), z.boolean()]) }) }),
      ".a.b",
    ],
    ["a value of any type", z.object({ a: z.unknown() }), ".a"],
    ["a map whose values may be anything", z.object({ a: z.record(z.string(), z.unknown()) }), ".a"],
    [
      "limited keys of an unlimited map",
      z.object({ a: z.array(z.record(z.string().max(3), z.string())) }),
      ".a[]",
    ],
    ["null", z.object({ a: z.object({ b: z.null() }) }), ".a"],
    ["a list of fixed form", z.object({ a: z.tuple([z.string(), z.int()]) }), ".a"],
  ])("%s is refused by name of the field", (_what, schema, path) => {
    expect(() => structuralSchema(schema)).toThrow(path);
    expect(() => structuralSchema(schema)).toThrow(TypeError);
  });
});

describe("the schemas of all kinds", () => {
  const all = KINDS.flatMap(({ kind, spec, status }) => [
    [`${kind}.spec`, structuralSchema(spec)] as const,
    ...(status ? [[`${kind}.status`, structuralSchema(status)] as const] : []),
  ]);
  const each = (
    schema: StructuralSchema,
    path: string,
    visit: (s: StructuralSchema, path: string) => void,
  ): void => {
    visit(schema, path);
    for (const [name, field] of Object.entries(schema.properties ?? {}))
      each(field, `${path}.${name}`, visit);
    if (schema.items) each(schema.items, `${path}[]`, visit);
    if (schema.additionalProperties) each(schema.additionalProperties, `${path}.*`, visit);
  };

  it.each(all)("%s describes every field", (name, schema) => {
    each(schema, name, (field, path) => {
      const named = !path.endsWith("[]") && !path.endsWith(".*");
      if (named) expect(field.description, path).toMatch(/\S/);
    });
  });

  it.each(all)("%s bounds every list", (name, schema) => {
    each(schema, name, (field, path) => {
      if (field.items) expect(field.maxItems, path).toBeGreaterThan(0);
    });
  });

  it.each(all)("%s asks for the keys of its keyed lists, or presets them", (name, schema) => {
    each(schema, name, (field, path) => {
      for (const key of field["x-kubernetes-list-map-keys"] ?? []) {
        const required = field.items?.required?.includes(key) ?? false;
        expect(required || field.items?.properties?.[key]?.default !== undefined, `${path}: ${key}`).toBe(
          true,
        );
      }
    });
  });
});

describe("integers", () => {
  it("keep any bounds but those that zod adds by itself", () => {
    const bound = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(bound, bound, (a, b) => {
        const [least, most] = [Math.min(a, b), Math.max(a, b)];
        const schema = structuralSchema(z.int().min(least).max(most));
        expect(schema).toEqual({ type: "integer", minimum: least, maximum: most });
      }),
    );
  });
});
