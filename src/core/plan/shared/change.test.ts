import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { releaseStatus } from "../../../api/release.ts";
import type { StackDetail } from "../stack.ts";
import { changeId, needsApproval, objectsOf, renderLosses, sharedChange } from "./change.ts";

const detail = fc.record({
  object: fc.string({ maxLength: 500 }),
  operation: fc.constantFrom<StackDetail["operation"]>("create", "update", "replace", "delete", "same"),
  fields: fc.array(fc.string({ maxLength: 300 }), { maxLength: 30 }),
});
const details = fc.uniqueArray(detail, { maxLength: 60, selector: (d) => d.object });

describe("a change of what slots share", () => {
  it("has one name in whatever order its objects and fields come, and what stays the same is no part of it", () => {
    fc.assert(
      fc.property(details, (list) => {
        const turned = list.toReversed().map((d) => ({ ...d, fields: d.fields.toReversed() }));
        expect(changeId(turned)).toBe(changeId(list));
        expect(changeId(list.filter((d) => d.operation !== "same"))).toBe(changeId(list));
      }),
    );
  });

  it("has another name as soon as an object, an operation or a field is another one", () => {
    const one: StackDetail = {
      object: "Deployment shop-cache",
      operation: "replace",
      fields: ["spec.selector"],
    };
    const others: readonly StackDetail[] = [
      { ...one, object: "Deployment shop-db" },
      { ...one, operation: "delete" },
      { ...one, fields: ["spec.selector", "spec.template"] },
    ];
    const ids = [one, ...others].map((d) => changeId([d]));
    expect(new Set(ids).size).toBe(4);
    expect(changeId([one, { object: "Service shop-cache", operation: "update" }])).not.toBe(ids[0]);
  });

  it("fits into a status however large it is, with what would be lost first", () => {
    fc.assert(
      fc.property(details, (list) => {
        const change = sharedChange(list);
        const shared = { digest: "sha256:0", state: "withheld", change, objects: objectsOf(list) } as const;
        expect(releaseStatus.safeParse({ shared }).success).toBe(true);
        const [first] = change.objects;
        const loses = first?.operation === "delete" || first?.operation === "replace";
        expect(loses).toBe(needsApproval(list));
      }),
    );
  });

  it("is told to people by what would be lost, the first few by name", () => {
    const lost = Array.from(
      { length: 7 },
      (_, n) => ({ object: `Table t${n}`, operation: "delete" }) as const,
    );
    expect(renderLosses([...lost, { object: "Table new", operation: "create" }])).toBe(
      "delete Table t0; delete Table t1; delete Table t2; delete Table t3; delete Table t4 and 2 more",
    );
  });
});
