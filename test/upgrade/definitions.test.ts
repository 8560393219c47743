import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PRESENT } from "../lab/version.ts";
import { type Definition, narrowed, type Schema } from "./compare-definitions.ts";
import { NARROWED } from "./narrowed.ts";
import { previousFile, previousNames, whyNoPrevious } from "./previous.ts";

const CRDS = "manifests/crds";
const missing = await whyNoPrevious();
const paths = missing === undefined ? await previousNames(CRDS) : [];

const EXCUSED = Object.keys(NARROWED);

async function narrowedIn(path: string): Promise<readonly string[]> {
  const before = parse(await previousFile(path)) as Definition;
  const after = parse(await readFile(join(PRESENT.folder, path), "utf8")) as Definition;
  return narrowed(before, after);
}

describe("objects that the version before has stored", () => {
  it("are held against its definitions", ({ skip }) => {
    if (missing !== undefined) skip(missing);
    expect(paths.length).toBeGreaterThan(3);
  });

  it.each(paths)("are valid under %s as it is now: nothing is gone, required, or narrower", async (path) => {
    const found = await narrowedIn(path);
    expect(found.filter((what) => !EXCUSED.some((end) => what.endsWith(end)))).toEqual([]);
  });

  it.skipIf(missing !== undefined)("are narrowed on purpose only as long as they are", async () => {
    const found = (await Promise.all(paths.map(narrowedIn))).flat();
    expect(EXCUSED.filter((end) => !found.some((what) => what.endsWith(end)))).toEqual([]);
  });
});

const definition = (schema: Schema): Definition => ({
  spec: {
    scope: "Namespaced",
    names: { plural: "things" },
    versions: [{ name: "v1", served: true, schema: { openAPIV3Schema: schema } }],
  },
});
const base: Schema = {
  type: "object",
  required: ["a"],
  properties: {
    a: { type: "string", maxLength: 9, enum: ["x", "y"] },
    b: { type: "array", items: { type: "integer", minimum: 1 } },
    c: { type: "object", additionalProperties: { type: "string", pattern: "^a" } },
  },
};
const withMember = (name: string, schema: Schema): Schema => ({
  ...base,
  properties: { ...base.properties, [name]: schema },
});

describe("the comparison of definitions", () => {
  it("finds nothing in what is added or widened", () => {
    const wider = withMember("a", { type: "string", maxLength: 10, enum: ["x", "y", "z"] });
    const added = { ...wider, properties: { ...wider.properties, d: { type: "string", maxLength: 1 } } };
    const defaulted = { ...added, required: ["a", "e"] };
    const after = {
      ...defaulted,
      properties: { ...defaulted.properties, e: { type: "string", default: "" } },
    };
    expect(narrowed(definition(base), definition(after))).toEqual([]);
  });

  it.each<[string, Schema]>([
    ["v1.b: is gone", { ...base, properties: { a: base.properties?.a ?? {}, c: base.properties?.c ?? {} } }],
    ["v1.b: required", { ...base, required: ["a", "b"] }],
    ["v1.a: maxLength 9 → 8", withMember("a", { type: "string", maxLength: 8, enum: ["x", "y"] })],
    ['v1.a: value "y" is gone', withMember("a", { type: "string", maxLength: 9, enum: ["x"] })],
    ["v1.b[]: minimum 1 → 2", withMember("b", { type: "array", items: { type: "integer", minimum: 2 } })],
    ["v1.b: maxItems none → 3", withMember("b", { type: "array", maxItems: 3, items: { type: "integer" } })],
    [
      "v1.c.*: pattern changed",
      withMember("c", { type: "object", additionalProperties: { type: "string", pattern: "^b" } }),
    ],
    [
      "v1.c: new rule self.size() < 2",
      withMember("c", { ...base.properties?.c, "x-kubernetes-validations": [{ rule: "self.size() < 2" }] }),
    ],
  ])("finds %s", (what, after) => {
    expect(narrowed(definition(base), definition(after))).toContain(what);
  });
});
