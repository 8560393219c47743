import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "./kube-object.ts";
import { entryOf, ObjectStore } from "./object-store.ts";

interface Thing extends KubeObject {
  readonly plans: readonly string[];
}
const thing = (name: string, version: number, plans: readonly string[] = [], uid = name): Thing => ({
  ...{ apiVersion: "v1", kind: "Thing", plans },
  metadata: { name, namespace: "ns", uid, resourceVersion: String(version) },
});
const put = (object: Thing) => entryOf(object, object);
const store = () => new ObjectStore<Thing>({ plan: ({ plans }) => plans });

describe("an object store", () => {
  it("finds by index exactly what a search would find, after any history", () => {
    const step = fc.record({
      name: fc.integer({ min: 0, max: 5 }),
      plans: fc.subarray(["a", "b", "c"]),
      gone: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const things = store();
        steps.forEach(({ name, plans, gone }, version) => {
          const object = thing(`t${name}`, version, plans);
          if (gone) things.remove(put(object).key);
          else things.put(put(object));
        });
        for (const plan of ["a", "b", "c"]) {
          const names = (list: readonly Thing[]): readonly string[] =>
            list.map(({ metadata }) => metadata.name).sort();
          expect(names(things.byIndex("plan", plan))).toEqual(
            names(things.list().filter(({ plans }) => plans.includes(plan))),
          );
        }
      }),
    );
  });

  it("tells changes that lead from the old list to the new one, and none for what is equal", () => {
    const list = fc.uniqueArray(
      fc.record({ name: fc.integer({ min: 0, max: 8 }), version: fc.nat(2), uid: fc.nat(1) }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(list, list, (before, after) => {
        const entries = (of: typeof before) =>
          of.map(({ name, version, uid }) => put(thing(`t${name}`, version, [], `${uid}`)));
        const things = store();
        const view = new Map<string, string>();
        const apply = (to: typeof before): void => {
          for (const change of things.replace(entries(to), false)) {
            const { name, resourceVersion, uid } = change.object.metadata;
            if (change.kind === "deleted") expect(view.delete(name)).toBe(true);
            else {
              expect(view.has(name)).toBe(change.kind === "updated");
              expect(view.get(name)).not.toBe(`${resourceVersion}/${uid}`);
              view.set(name, `${resourceVersion}/${uid}`);
            }
          }
          expect(view).toEqual(
            new Map(to.map(({ name, version, uid }) => [`t${name}`, `${version}/${uid}`])),
          );
        };
        apply(before);
        apply(after);
        expect([...things.replace(entries(after), false)]).toEqual([]);
      }),
    );
  });

  it("lists one namespace, and refuses an index that nobody declared", () => {
    const things = store();
    things.put(put(thing("a", 1)));
    expect(things.list("ns")).toHaveLength(1);
    expect(things.list("other")).toHaveLength(0);
    expect(() => things.byIndex("colour", "red")).toThrow(/no index "colour"/);
  });
});
