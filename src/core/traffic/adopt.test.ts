import { expect, it } from "vitest";
import {
  NAMESPACE,
  PARENT,
  ref,
  route,
  SLOTS,
} from "../../../test/conformance/traffic-router/small-route.ts";
import type { RouteRef } from "../../api/release-plan.ts";
import { adoptRoute } from "./adopt.ts";
import type { RouteRule } from "./route-object.ts";

const plain: RouteRule = { backendRefs: [ref("shop", 1)] };
const adopt = (rules: readonly RouteRule[], given: Partial<RouteRef> = {}) =>
  adoptRoute(route(rules), NAMESPACE, { kind: "HTTPRoute", name: "shop", ...given }, SLOTS);

it("takes the only rule without being told its name", () => {
  expect(adopt([plain])).toEqual({
    ok: true,
    target: { kind: "HTTPRoute", name: "shop", rules: [0], parents: [PARENT] },
    service: { service: "shop", port: 80 },
  });
});

it("takes several rules by name when all point to one Service", () => {
  const rules = [{ name: "x", ...plain }, { backendRefs: [ref("docs", 1)] }, { name: "y", ...plain }];
  expect(adopt(rules, { rules: ["y", "x"] })).toMatchObject({
    ok: true,
    target: { rules: [2, 0], ruleNames: ["y", "x"] },
  });
});

it("lets a route through that points to the slots and the user's Service, as in the middle of a first release", () => {
  const rule = { backendRefs: [ref("shop", 80), ref("shop-blue", 20)] };
  expect(adopt([rule])).toMatchObject({ ok: true, service: { service: "shop", port: 80 } });
});

const refusals: readonly (readonly [string, readonly RouteRule[], Partial<RouteRef>, string, RegExp])[] = [
  ["no rules", [], {}, "NoRules", /has no rules; give it/],
  [
    "several rules and no names given",
    [plain, plain],
    {},
    "RuleAmbiguous",
    /rules: .*none of its rules has a name/,
  ],
  ["an unknown name", [{ name: "x", ...plain }], { rules: ["y"] }, "RuleNotFound", /no rule "y"; it has x/],
  [
    "a name twice",
    [
      { name: "x", ...plain },
      { name: "x", ...plain },
    ],
    { rules: ["x"] },
    "RuleAmbiguous",
    /rename/,
  ],
  ["no backend", [{}], {}, "NoBackend", /backendRefs is empty/],
  ["a mirror", [{ ...plain, filters: [{ type: "RequestMirror" }] }], {}, "UnfitFilter", /RequestMirror/],
  [
    "a mirror on the backend",
    [{ backendRefs: [ref("shop", 1, { filters: [{ type: "RequestMirror" }] })] }],
    {},
    "UnfitFilter",
    /RequestMirror/,
  ],
  ["a redirect", [{ filters: [{ type: "RequestRedirect" }] }], {}, "UnfitFilter", /no backends/],
  [
    "another kind",
    [{ backendRefs: [ref("s", 1, { group: "g", kind: "K" })] }],
    {},
    "BackendNotService",
    /K\.g s/,
  ],
  [
    "another namespace",
    [{ backendRefs: [ref("shop", 1, { namespace: "o" })] }],
    {},
    "BackendElsewhere",
    /o\/shop/,
  ],
  ["no port", [{ backendRefs: [{ name: "shop" }] }], {}, "BackendWithoutPort", /backendRefs\[0\]\.port/],
  ["two Services", [{ backendRefs: [ref("shop", 1), ref("b", 1)] }], {}, "SeveralBackends", /shop:80, b:80/],
  ["one Service twice", [{ backendRefs: [ref("shop", 1), ref("shop", 1)] }], {}, "SeveralBackends", /twice/],
  [
    "a slot on another port",
    [{ backendRefs: [ref("shop-blue", 1, { port: 81 })] }],
    {},
    "SlotPort",
    /port 80, not 81/,
  ],
  [
    "a parent that it has not",
    [plain],
    { parentRefs: [{ name: "inner" }] },
    "ParentNotFound",
    /gateways\/edge/,
  ],
];

for (const [what, rules, given, reason, message] of refusals)
  it(`refuses ${what}, and names field and remedy`, () => {
    const finding = adopt(rules, given);
    expect(finding).toMatchObject({ ok: false, reason });
    expect(!finding.ok && finding.message).toMatch(message);
  });

it("counts only parents that have accepted, or those that the plan names", () => {
  const waiting = { ...route([plain]), status: { parents: [] } };
  const given: RouteRef = { kind: "HTTPRoute", name: "shop" };
  expect(adoptRoute(waiting, NAMESPACE, given, SLOTS)).toMatchObject({ ok: false, reason: "NotAccepted" });
  expect(adoptRoute(waiting, NAMESPACE, { ...given, parentRefs: [PARENT] }, SLOTS)).toMatchObject({
    ok: true,
    target: { parents: [PARENT] },
  });
});

it("refuses a route on its way out, and one with another plan's mark", () => {
  const given: RouteRef = { kind: "HTTPRoute", name: "shop" };
  const leaving = route([plain], { deletionTimestamp: "2026-01-01T00:00:00Z" });
  expect(adoptRoute(leaving, NAMESPACE, given, SLOTS)).toMatchObject({ reason: "RouteTerminating" });
  const marked = route([plain], { annotations: { "bascule.dev/run": "uid/4" } });
  expect(adoptRoute(marked, NAMESPACE, given, SLOTS)).toMatchObject({ reason: "RouteInUse" });
});
