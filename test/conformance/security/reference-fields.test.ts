/** No field that can point at something comes into the API without a word on what holds it, and a test that shows it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fieldRows } from "../../../src/api/crd/field-rows.ts";
import { KINDS } from "../../../src/api/crd/kinds.ts";
import { structuralSchema } from "../../../src/api/crd/structural-schema.ts";
import { PLAIN, REFERENCES } from "./reference-fields.ts";

/** One name for the same field of plans, templates and verifications. */
const normal = (path: string): string =>
  path
    .replace(/^ClusterVerificationTemplate/, "VerificationTemplate")
    .replace(/^(ReleasePlan\.verification|VerificationTemplate\.checks|Verification\.checks)\[\]/, "check");

const texts = new Set(
  KINDS.flatMap(({ kind, spec }) => fieldRows(structuralSchema(spec as never), kind))
    .filter(({ type }) => /string|any object/.test(type))
    .map(({ path }) => normal(path)),
);

test("every text field of every kind is a reference that is held, or plain", () => {
  const unknown = [...texts].filter((path) => !(path in REFERENCES) && !PLAIN.some((p) => p.test(path)));
  expect(unknown).toEqual([]);
});

test("no reference is taken for plain, and every row is a field that there is", () => {
  const rows = Object.keys(REFERENCES);
  expect(rows.filter((path) => !texts.has(path))).toEqual([]);
  expect(rows.filter((path) => PLAIN.some((p) => p.test(path)))).toEqual([]);
  for (const pattern of PLAIN)
    expect(
      [...texts].some((path) => pattern.test(path)),
      String(pattern),
    ).toBe(true);
});

const ROOT = join(import.meta.dirname, "../../..");
test.each(Object.entries(REFERENCES))("%s is held, as its test shows", (_path, { shown: [file, title] }) => {
  expect(readFileSync(join(ROOT, file), "utf8")).toContain(title);
});
