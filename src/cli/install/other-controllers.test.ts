import { expect, test } from "vitest";
import { err, ok } from "../../base/result.ts";
import type { Cluster } from "../cluster.ts";
import { demandAlone, otherControllers } from "./other-controllers.ts";
import { CONTROLLER } from "./settings.ts";

interface Sample {
  /** Where a controller's account has rights on plans: in a namespace, or everywhere. */
  readonly bound: readonly { readonly controllerOf: string; readonly at?: string }[];
  /** What runs, with its arguments. */
  readonly deployed: Readonly<Record<string, readonly string[]>>;
  readonly mayRead?: boolean;
}

function clusterWith({ bound, deployed, mayRead = true }: Sample): Cluster {
  const list = ({ kind }: { readonly kind: string }) => {
    if (!mayRead) return err({ kind: "forbidden" });
    const items = bound
      .filter(({ at }) => (kind === "RoleBinding") === (at !== undefined))
      .map(({ controllerOf: namespace, at }) => ({
        metadata: { name: CONTROLLER, ...(at === undefined ? {} : { namespace: at }) },
        subjects: [{ kind: "ServiceAccount", name: CONTROLLER, namespace }],
      }));
    return ok({ items });
  };
  const get = (_: unknown, { namespace = "" }: { readonly namespace?: string }) => {
    const args = deployed[namespace];
    const spec = { template: { spec: { containers: [{ args }] } } };
    return args === undefined ? err({ kind: "notFound" }) : ok({ spec });
  };
  return {
    client: {
      list: async (type: never) => list(type),
      get: async (...of: never[]) => get(...(of as unknown as [unknown, object])),
    },
  } as unknown as Cluster;
}

const WIDE: Sample = { bound: [{ controllerOf: "first" }], deployed: { first: [] } };
const NARROW: Sample = {
  bound: [
    { controllerOf: "first", at: "team-a" },
    { controllerOf: "first", at: "first" },
  ],
  deployed: { first: ["--watch-namespace=team-a,team-b"] },
};

test.each([
  ["one of all namespaces, for some", WIDE, ["team-a"], ["first"]],
  ["one of all namespaces, for all", WIDE, [], ["first"]],
  ["one of some namespaces, for all", NARROW, [], ["first"]],
  ["one of the same namespace", NARROW, ["team-b", "team-c"], ["first"]],
  ["one of other namespaces", NARROW, ["team-c"], []],
  ["rights without a controller", { ...WIDE, deployed: {} }, [], []],
  [
    "a controller without rights on plans",
    { ...NARROW, bound: [{ controllerOf: "first", at: "first" }] },
    [],
    [],
  ],
  ["what may not be read", { ...WIDE, mayRead: false }, [], []],
] as const)("beside %s", async (_, sample, watches, wanted) => {
  const found = await otherControllers(clusterWith(sample), "second", watches);
  expect(found.map(({ namespace }) => namespace)).toEqual(wanted);
});

test("an installation is not in its own way", async () => {
  expect(await otherControllers(clusterWith(WIDE), "first", [])).toEqual([]);
});

test("the refusal names the other, what it looks after and what to do", async () => {
  await expect(demandAlone(clusterWith(NARROW), "second", ["team-a"])).rejects.toThrow(
    "the controller in first looks after team-a, team-b: two would act on the same plans. Uninstall that one, " +
      "give each its own --watch-namespace, or insist with --force; nothing was changed",
  );
});
