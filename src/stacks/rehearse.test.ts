import { expect, test } from "vitest";
import cached from "../../manifests/samples/programs/cached/index.ts";
import program from "../../stacks/web-service/index.ts";
import type { StackProgram } from "./contract.ts";
import { rehearse } from "./rehearse.ts";

const input = {
  namespace: "shop",
  plan: "shop",
  slot: "green",
  release: "shop-2",
  version: "2",
  images: { main: "registry.example/shop:2" },
  values: { resources: { requests: { cpu: "250m" }, limits: { memory: "256Mi" } } },
} as const;

test("a rehearsal tells the pods of a slot: their labels and what they ask for", async () => {
  const { pods, shared } = await rehearse(program as StackProgram, input);
  expect(shared).toBeUndefined();
  expect(pods).toEqual([
    {
      kind: "Deployment",
      name: "shop-green",
      labels: expect.objectContaining({
        "bascule.dev/plan": "shop",
        "bascule.dev/slot": "green",
        "bascule.dev/release": "shop-2",
        "app.kubernetes.io/managed-by": "bascule",
      }),
      requests: { containers: [{ cpu: "250m", memory: "64Mi" }], before: [] },
      limits: { containers: [{ memory: "256Mi" }], before: [] },
    },
  ]);
});

test("a rehearsal with wrong values says which", async () => {
  const wrong = { ...input, values: { frob: 1 } };
  await expect(rehearse(program as StackProgram, wrong)).rejects.toThrow("stack.values.frob");
});

test("a rehearsal of a program with a shared part tells its objects, and the slot's pods apart from them", async () => {
  const { pods, shared } = await rehearse(cached as unknown as StackProgram, { ...input, values: {} });
  expect(shared).toEqual(["Deployment shop-cache", "Service shop-cache"]);
  expect(pods.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["Deployment shop-green"]);
});
