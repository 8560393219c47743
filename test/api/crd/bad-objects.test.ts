import { describe, expect, it } from "vitest";
import { KINDS } from "../../../src/api/crd/kinds.ts";
import type { KubeError } from "../../../src/kube/kube-error.ts";
import { documentsBelow } from "./documents.ts";
import { type AnyObject, inside, typeOf } from "./kinds.ts";
import { accepted, refused } from "./people.ts";
import { setUp } from "./setup.ts";

/** An object that is wrong in one way: the field that the refusal must name, and a part of what it must say. */
interface BadCase {
  readonly case: string;
  readonly field: string;
  readonly says: string;
  /** How many objections the API server raises, where one mistake breaks several rules. Default: 1. */
  readonly objections?: number;
  readonly object: AnyObject;
}

const corpus = (await documentsBelow<BadCase>("test/api/crd/bad")).map(({ document }) => document);
const titled = corpus.map((bad) => [`${bad.object.kind}: ${bad.case}`, bad] as const);

const { people, cluster } = setUp();

/** The API server adds this when a wrong type keeps it from evaluating CEL rules. */
const NOT_CHECKED = "some validation rules were not checked";
const objections = (error: KubeError) => error.causes.filter(({ message }) => !message.includes(NOT_CHECKED));

describe("bad objects", () => {
  it("cover every kind several times", () => {
    for (const { kind } of KINDS)
      expect(corpus.filter(({ object }) => object.kind === kind).length, kind).toBeGreaterThanOrEqual(5);
    expect(new Set(titled.map(([title]) => title)).size).toBe(titled.length);
  });

  it.each(titled)(
    "%s is refused by name of the field",
    async (_title, { object, field, says, objections: count = 1 }) => {
      const error = refused(
        await people.admin.create(typeOf(object.kind), inside(cluster.namespace, object), {
          dryRun: true,
          fieldValidation: "Strict",
        }),
      );
      expect(error.message).toContain(field);
      expect(error.message).toContain(says);
      expect(
        objections(error).map((cause) => cause.message),
        "wrong in one way only",
      ).toHaveLength(error.message.includes("strict decoding error") ? 0 : count);
    },
  );
});

describe("an unknown field", () => {
  it("only warns without strict validation, so clients have to ask for it", async () => {
    const unknown = corpus.find(({ says }) => says === "unknown field");
    if (!unknown) throw new Error("the corpus has no unknown field");
    const object = inside(cluster.namespace, unknown.object);
    accepted(
      await people.admin.create(typeOf(object.kind), object, { dryRun: true, fieldValidation: "Warn" }),
    );
  });
});
