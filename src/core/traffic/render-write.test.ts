import fc from "fast-check";
import { expect, it } from "vitest";
import { applyJsonPatch } from "../../../test/conformance/traffic-router/json-patch.ts";
import {
  BACKENDS,
  NAMESPACE,
  ref,
  route,
  target,
} from "../../../test/conformance/traffic-router/small-route.ts";
import { MARK } from "../../api/object.ts";
import { basisPoints } from "../../base/weight.ts";
import type { TrafficWrite } from "./observation.ts";
import { readSplit } from "./read-split.ts";
import { type RenderedWrite, renderForward, renderRevert } from "./render-write.ts";
import type { BackendRef, RouteObject, RouteRule } from "./route-object.ts";
import { SIDES, type Side, type Split } from "./sides.ts";

const RUN = "uid/5";
const writeTo = (split: Split, names?: readonly string[]) => ({
  namespace: NAMESPACE,
  target: target(names),
  split,
  backends: BACKENDS,
  run: RUN,
  resourceVersion: "7",
});
const splitOf = (shares: Readonly<Partial<Record<Side, number>>>): Split =>
  Object.fromEntries(Object.entries(shares).map(([side, share]) => [side, basisPoints(share)]));

function applied(object: RouteObject, rendered: RenderedWrite): RouteObject {
  if (rendered.kind === "same") return object;
  if (rendered.kind !== "patch") throw new Error(`${rendered.kind}: ${rendered.message}`);
  const result = applyJsonPatch(object, rendered.ops);
  if ("refused" in result) throw new Error(result.refused);
  return result;
}

const anyRef = fc.record(
  {
    name: fc.constantFrom("shop", "shop-blue", "shop-green", "intruder"),
    port: fc.constantFrom(80, 80, 80, 81),
    weight: fc.integer({ min: 0, max: 100 }),
    filters: fc.constant([{ type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["x"] } }]),
  },
  { requiredKeys: ["name", "port"] },
) as fc.Arbitrary<BackendRef>;
const anyRule = (name: string) =>
  fc.record(
    {
      name: fc.constant(name),
      backendRefs: fc.array(anyRef, { maxLength: 5 }),
      matches: fc.array(fc.record({ path: fc.record({ value: fc.string() }) }), { maxLength: 2 }),
      timeouts: fc.record({ request: fc.constant("10s") }),
    },
    { requiredKeys: ["name"] },
  ) as fc.Arbitrary<RouteRule>;
const anyRoute = fc
  .record({
    rules: fc.tuple(anyRule("a"), anyRule("other"), anyRule("b")),
    annotations: fc.option(
      fc.dictionary(
        fc.constantFrom("a/b", "x~y", "bascule.dev/run", "bascule.dev/reverted"),
        fc.constantFrom("", "u/1", "u/4"),
      ),
      { nil: undefined },
    ),
  })
  .map(({ rules, annotations }) => route(rules, annotations === undefined ? {} : { annotations }));
const anySplit = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...SIDES), { minLength: 1, maxLength: 3 }),
    fc.nat(10_000),
    fc.nat(10_000),
  )
  .map(([sides, a, b]) => {
    const cuts = [0, ...[a, b].sort((x, y) => x - y).slice(0, sides.length - 1), 10_000];
    return splitOf(Object.fromEntries(sides.map((side, i) => [side, (cuts[i + 1] ?? 0) - (cuts[i] ?? 0)])));
  });
const NAMES = ["a", "b"];
const WAYS = {
  forward: (object: RouteObject, write: TrafficWrite) =>
    renderForward(object, { ...write, resourceVersion: "7" }),
  revert: renderRevert,
} as const;

/** What nobody gave us: the rest of the object, and of the given rules everything but the backendRefs. */
function rest(object: RouteObject): unknown {
  const { annotations, ...metadata } = object.metadata;
  const others = Object.entries(annotations ?? {}).filter(([key]) => !key.startsWith("bascule.dev/"));
  const rules = object.spec.rules?.map((rule) =>
    NAMES.includes(rule.name ?? "") ? { ...rule, backendRefs: undefined } : rule,
  );
  return { ...object, metadata: { ...metadata, others }, spec: { ...object.spec, rules } };
}

/** Everything that people wrote on the backendRefs that stay, weights apart. */
const extras = (object: RouteObject, keep: (ref: BackendRef) => boolean): unknown =>
  object.spec.rules?.map((rule) =>
    (rule.backendRefs ?? []).filter(keep).map(({ weight: _, ...more }) => more),
  );

for (const [way, render] of Object.entries(WAYS)) {
  it(`reads back the split of any ${way} write on any route, in integers that add up to 100 or 10,000`, () => {
    fc.assert(
      fc.property(anyRoute, anySplit, (object, split) => {
        const after = applied(object, render(object, writeTo(split, NAMES)));
        const reading = readSplit(after, NAMESPACE, target(NAMES), BACKENDS);
        expect(reading.split).toEqual(split);
        expect(reading.mixed).toBe(false);
        for (const rule of after.spec.rules?.filter(({ name }) => NAMES.includes(name ?? "")) ?? []) {
          const sum = (rule.backendRefs ?? []).reduce((total, { weight }) => total + (weight ?? 1), 0);
          expect([100, 10_000]).toContain(sum);
        }
      }),
      { numRuns: 500 },
    );
  });

  it(`touches nothing but our backendRefs and marks with a ${way} write`, () => {
    fc.assert(
      fc.property(anyRoute, anySplit, (object, split) => {
        const after = applied(object, render(object, writeTo(split, NAMES)));
        expect(rest(after)).toEqual(rest(object));
        const leaves = SIDES.filter((side) => split[side] === undefined).map(
          (side) => BACKENDS[side].service,
        );
        const known = Object.values(BACKENDS).map(({ service }) => service);
        const stays = (r: BackendRef) => r.port !== 80 || !known.includes(r.name) || !leaves.includes(r.name);
        const before = object.spec.rules?.map((rule) => (rule.backendRefs ?? []).filter(stays).length);
        const list = extras(after, stays) as unknown[][];
        expect(list.map((refs, i) => refs.slice(0, before?.[i]))).toEqual(extras(object, stays));
      }),
      { numRuns: 500 },
    );
  });

  it(`has nothing left to write after a ${way} write`, () => {
    fc.assert(
      fc.property(anyRoute, anySplit, (object, split) => {
        const write = writeTo(split, NAMES);
        const after = applied(object, render(object, write));
        expect(render(after, write)).toEqual({ kind: "same" });
      }),
    );
  });
}

it("gives the candidate the filters of the backend that it stands beside", () => {
  const filters = [{ type: "ResponseHeaderModifier" }];
  const object = route([{ backendRefs: [ref("shop", 1, { filters })] }]);
  const after = applied(object, renderForward(object, writeTo(splitOf({ adopted: 9_950, blue: 50 }))));
  expect(after.spec.rules?.[0]?.backendRefs).toEqual([
    ref("shop", 9_950, { filters }),
    { filters, name: "shop-blue", port: 80, weight: 50 },
  ]);
});

it("guards a forward write by the version first, and a revert by names and marks without it", () => {
  const object = route([{ name: "a", backendRefs: [ref("shop", 1), ref("shop-blue", 0)] }], {
    annotations: {},
  });
  const forward = renderForward(object, writeTo(splitOf({ adopted: 5_000, blue: 5_000 }), ["a"]));
  expect(forward.kind === "patch" && forward.ops[0]).toEqual({
    op: "replace",
    path: "/metadata/resourceVersion",
    value: "7",
  });
  const back = renderRevert(object, writeTo(splitOf({ adopted: 10_000, blue: 0 }), ["a"]));
  const ops = back.kind === "patch" ? back.ops : [];
  expect(ops.map(({ op, path }) => `${op} ${path}`)).toEqual([
    "test /metadata/annotations/bascule.dev~1run",
    "test /metadata/annotations/bascule.dev~1completed",
    "test /spec/rules/0/name",
    "test /spec/rules/0/backendRefs/0/name",
    "test /spec/rules/0/backendRefs/0/port",
    "test /spec/rules/0/backendRefs/1/name",
    "test /spec/rules/0/backendRefs/1/port",
    "add /spec/rules/0/backendRefs/0/weight",
    "add /spec/rules/0/backendRefs/1/weight",
    "add /metadata/annotations/bascule.dev~1run",
    "add /metadata/annotations/bascule.dev~1reverted",
  ]);
});

it("reverts the rules that are left when somebody took one away, and forward writes refuse to", () => {
  const object = route([{ name: "b", backendRefs: [ref("shop", 1), ref("shop-blue", 1)] }]);
  const write = writeTo(splitOf({ adopted: 10_000, blue: 0 }), NAMES);
  const after = applied(object, renderRevert(object, write));
  expect(after.spec.rules?.[0]?.backendRefs?.map(({ weight }) => weight)).toEqual([100, 0]);
  expect(renderForward(object, write)).toMatchObject({
    kind: "invalid",
    message: expect.stringContaining('"a"'),
  });
  expect(renderRevert(route([]), write)).toMatchObject({ kind: "invalid" });
});

it("refuses what cannot be written, before anything is sent", () => {
  const object = route([{ backendRefs: [ref("shop", 1)] }]);
  const half = writeTo(splitOf({ adopted: 5_000 }));
  expect(renderForward(object, half)).toMatchObject({
    kind: "invalid",
    message: expect.stringContaining("50 %"),
  });
  const { blue: _, ...without } = BACKENDS;
  const unknown = { ...writeTo(splitOf({ blue: 10_000 })), backends: without };
  expect(renderForward(object, unknown)).toMatchObject({
    kind: "invalid",
    message: expect.stringContaining("blue"),
  });
  expect(renderRevert(object, { ...writeTo(splitOf({ adopted: 10_000 })), run: "no run" })).toMatchObject({
    kind: "invalid",
  });
});

it("a touch is one annotation, on the way there and on the way back, and the completion takes it away", () => {
  const refs = [ref("shop-blue", 100), ref("shop-green", 0)];
  const split = splitOf({ blue: 10_000, green: 0 });
  const write = { ...writeTo(split), touch: `${RUN}/1/1` };
  const there = route([{ name: "a", backendRefs: refs }], { annotations: { [MARK.run]: RUN } });
  const touched = applied(there, renderForward(there, write));
  expect(touched.spec).toEqual(there.spec);
  expect(touched.metadata.annotations).toEqual({ [MARK.run]: RUN, [MARK.touched]: write.touch });
  expect(renderForward(touched, write).kind).toBe("same");
  const completed = applied(touched, renderForward(touched, { ...writeTo(split), end: "completed" }));
  expect(completed.metadata.annotations).not.toHaveProperty([MARK.touched]);
  const marks = { [MARK.run]: RUN, [MARK.reverted]: RUN };
  const back = route([{ name: "a", backendRefs: refs }], { annotations: marks });
  const touchedBack = applied(back, renderRevert(back, write));
  expect(touchedBack.spec).toEqual(back.spec);
  expect(touchedBack.metadata.annotations).toEqual({ ...marks, [MARK.touched]: write.touch });
});
