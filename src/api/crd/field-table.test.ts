import { describe, expect, it } from "vitest";
import { z } from "zod";
import { rules } from "../fields.ts";
import { fieldRows, typeOf } from "./field-rows.ts";
import { kindPage } from "./field-table.ts";
import { KINDS } from "./kinds.ts";
import { structuralSchema } from "./structural-schema.ts";

const rows = (schema: z.ZodType, leaveOut: string[] = []) =>
  fieldRows(structuralSchema(schema), "spec", new Set(leaveOut));

describe("field rows", () => {
  it("name every field below its parent, lists and maps included", () => {
    const schema = z.object({
      a: z.object({ b: z.string() }),
      c: z.array(z.object({ d: z.string() })).max(2),
      e: z.record(z.string(), z.object({ f: z.string() })),
    });
    expect(rows(schema).map((row) => row.path)).toEqual([
      ...["spec.a", "spec.a.b", "spec.c", "spec.c[].d", "spec.e", "spec.e.*.f"],
    ]);
  });

  it("stop at a field that is left out", () => {
    const schema = z.object({ a: z.object({ b: z.string() }), c: z.string() });
    expect(rows(schema, ["spec.a"]).map((row) => row.path)).toEqual(["spec.a", "spec.c"]);
  });

  it("say what is required, what is preset and what the rules are", () => {
    const item = z.object({ x: z.int() }).meta(rules({ rule: "self.x > 0", message: "x must be positive" }));
    const [a, , b] = rows(
      z.object({ a: z.array(item).max(3), b: z.string().default("z").meta({ description: "B." }) }),
    );
    expect(a).toMatchObject({ required: true, rules: ["x must be positive"] });
    expect(b).toMatchObject({ required: false, default: '"z"', description: "B." });
  });
});

describe("types in words", () => {
  it.each([
    [z.string().min(1).max(5), "string, 1 to 5 characters"],
    [z.string().max(5), "string, at most 5 characters"],
    [z.int().min(1), "integer, at least 1"],
    [z.number().min(0).max(1), "number, 0 to 1"],
    [z.boolean(), "boolean"],
    [z.enum(["a", "b"]), "`a`, `b`"],
    [z.array(z.boolean()).max(3), "list of boolean, at most 3 items"],
    [z.record(z.string(), z.boolean()), "map to boolean"],
    [z.array(z.string().min(1).max(9)).max(3), "list of string (1 to 9 characters), at most 3 items"],
    [z.array(z.enum(["a", "b"])).max(2), "list of `a`, `b`, at most 2 items"],
    [
      z.record(z.string(), z.string().max(9)).meta({ maxProperties: 4 }),
      "map to string (at most 9 characters), at most 4 keys",
    ],
    [z.string().meta({ format: "date-time" }), "time (RFC 3339)"],
  ])("%# reads %2$s", (schema, words) => {
    expect(typeOf(structuralSchema(schema))).toBe(words);
  });
});

describe("the page of a kind", () => {
  it.each(KINDS.map((definition) => [definition.kind, definition] as const))(
    "%s is a well-formed table throughout",
    (_k, definition) => {
      const lines = kindPage(definition).split("\n");
      const cells = lines
        .filter((line) => line.startsWith("|"))
        .map((line) => line.split(/(?<!\\)\|/).length);
      expect(cells.length).toBeGreaterThan(4);
      expect(new Set(cells)).toEqual(new Set([6]));
    },
  );

  it("holds no element that a reader of Markdown would swallow", () => {
    for (const definition of KINDS) {
      const prose = kindPage(definition).replace(/`[^`]*`/g, "");
      expect(prose.match(/<(?!!--)[^>]*>/g), definition.kind).toBeNull();
    }
  });

  it("links the frozen form of a release without listing it", () => {
    const release = KINDS.find(({ kind }) => kind === "Release");
    const page = release ? kindPage(release) : "";
    expect(page).toContain("`status.frozen` | object |");
    expect(page).toContain("(../../../src/api/frozen.ts)");
    expect(page).not.toContain("status.frozen.");
  });
});
