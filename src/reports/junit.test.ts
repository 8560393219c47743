import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readXml, type XmlElement } from "../../test/support/read-xml.ts";
import { aResult, aVerification } from "../../test/support/vsr-record.ts";
import type { CheckResult } from "../api/verification.ts";
import { sectionOf } from "../core/record/vsr/sections.ts";
import { renderJunit } from "./junit.ts";

const junit = (results: readonly CheckResult[], strict = false): XmlElement =>
  readXml(renderJunit(sectionOf(aVerification("now", results)), { namespace: "shop", strict }));

/** What the schema of Jenkins' xUnit plugin (junit-10.xsd) lets each element have, as far as we use it. */
const SCHEMA: Readonly<
  Record<
    string,
    { readonly needs: readonly string[]; readonly may: readonly string[]; readonly holds: readonly string[] }
  >
> = {
  testsuites: { needs: [], may: ["name", "time", "tests", "failures", "errors"], holds: ["testsuite"] },
  testsuite: {
    needs: ["name", "tests", "failures", "errors"],
    may: ["time", "skipped", "timestamp"],
    holds: ["properties", "testcase"],
  },
  properties: { needs: [], may: [], holds: ["property"] },
  property: { needs: ["name", "value"], may: [], holds: [] },
  testcase: {
    needs: ["name"],
    may: ["time", "classname"],
    holds: ["skipped", "error", "failure", "system-out"],
  },
  skipped: { needs: [], may: ["type", "message"], holds: [] },
  error: { needs: [], may: ["type", "message"], holds: [] },
  failure: { needs: [], may: ["type", "message"], holds: [] },
  "system-out": { needs: [], may: [], holds: [] },
};

function expectValid({ name, attributes, children }: XmlElement): void {
  const { needs, may, holds } = SCHEMA[name] ?? { needs: [], may: [], holds: [] };
  const given = Object.keys(attributes);
  expect(needs.filter((key) => !given.includes(key))).toEqual([]);
  expect(given.filter((key) => !needs.includes(key) && !may.includes(key))).toEqual([]);
  expect(children.map((child) => child.name).filter((child) => !holds.includes(child))).toEqual([]);
  if (attributes.time !== undefined) expect(attributes.time).toMatch(/^\d+\.\d{3}$/);
  for (const child of children) expectValid(child);
}

const findingsOf = (root: XmlElement): readonly (string | undefined)[] =>
  (root.children[0]?.children ?? [])
    .filter(({ name }) => name === "testcase")
    .map(({ children }) => children.find(({ name }) => name !== "system-out")?.name);

describe("JUnit of a Verification", () => {
  const verdicts = [
    "passed",
    "failed",
    "inconclusive",
    "error",
    "notRun",
    "notApplicable",
    "pending",
  ] as const;
  const named = (more: Partial<CheckResult>) =>
    verdicts.map((verdict) => aResult(verdict.toLowerCase(), 1, { verdict, ...more }));

  it("is valid, counts what it holds, and has a case for each check", () => {
    const root = junit(named({ severity: "blocking" }));
    expectValid(root);
    const [suite] = root.children;
    expect(suite?.attributes).toMatchObject({
      name: "shop/shop-1-4-0-now",
      failures: "1",
      time: "40.000",
    });
    const found = findingsOf(root);
    expect(found).toHaveLength(Number(suite?.attributes.tests));
    for (const [outcome, attribute] of [
      ["failure", "failures"],
      ["error", "errors"],
      ["skipped", "skipped"],
    ] as const)
      expect(found.filter((name) => name === outcome)).toHaveLength(Number(suite?.attributes[attribute]));
  });

  const outcomes = (more: Partial<CheckResult>, strict = false) => {
    const root = junit(named(more), strict);
    const cases = root.children[0]?.children.filter(({ name }) => name === "testcase") ?? [];
    return verdicts.map((verdict) => {
      const found = cases.find(({ attributes }) => attributes.name === verdict.toLowerCase());
      return found?.children.find(({ name }) => name !== "system-out")?.name ?? "passed";
    });
  };

  it("has failures and errors for what may stop a release, and never a pass for what came to no verdict", () => {
    const blocking = ["passed", "failure", "error", "error", "error", "skipped", "error"];
    expect(outcomes({ severity: "blocking" })).toEqual(blocking);
    expect(outcomes({ severity: "major" })).toEqual(blocking);
  });

  it("skips reservations, with what they say, unless it is strict", () => {
    const reserved = ["passed", "skipped", "skipped", "skipped", "skipped", "skipped", "skipped"];
    expect(outcomes({ severity: "minor" })).toEqual(reserved);
    expect(outcomes({ severity: "blocking", advisory: true })).toEqual(reserved);
    expect(outcomes({ severity: "minor" }, true)).toEqual([
      ...["passed", "failure", "error", "error", "error", "skipped", "error"],
    ]);
    const root = junit([aResult("style", 1, { verdict: "failed", message: "status 404" })]);
    const skipped = root.children[0]?.children.at(-1)?.children[0];
    expect(skipped?.attributes.message).toBe("reservation (minor): failed: status 404");
  });

  it("holds the figures of each test, without secrets", () => {
    const evidence = "authorization: Bearer abcdefghij\nline two";
    const root = junit([aResult("errors", 1, { evidence, confidence: "1 %" })]);
    const out = root.children[0]?.children.at(-1)?.children.at(-1)?.text ?? "";
    expect(out).toContain("value: 0.0123456789\nlimit: status 200\nsample: 40\nconfidence: 1 %");
    expect(out).toContain("validator: bascule-controller 0.1.0");
    expect(out).toContain("line two");
    expect(out).not.toContain("abcdefghij");
  });

  it("is well-formed and keeps its shape whatever the texts are", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom("]]>", "<!--", "&amp;", '"/><testcase name="x', "\u0000\u001b[2J", "\ud800"),
    );
    fc.assert(
      fc.property(text, text, text, (reason, message, evidence) => {
        const root = junit([aResult("errors", 1, { verdict: "failed", reason, message, evidence })]);
        expectValid(root);
        expect(findingsOf(root)).toEqual(["failure"]);
      }),
      { numRuns: 300 },
    );
  });
});
