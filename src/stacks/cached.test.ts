/** The sample program with a shared part, under Pulumi's mocks. */
import { Provider } from "@pulumi/kubernetes";
import { output, runtime } from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import cached from "../../manifests/samples/programs/cached/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: inputs of whatever kind; the test looks at single fields.
const made = new Map<string, any>();

beforeAll(async () => {
  await runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      made.set(`${type.split(":").at(-1)} ${name}`, inputs);
      return { id: name, state: inputs };
    },
    call: ({ inputs }) => inputs,
  });
});

test("the sample's cache is made from values alone, and a slot gets its host and port", async () => {
  const values = cached.values.parse({ cache: { generation: 3 } });
  const common = {
    namespace: "shop",
    plan: "shop",
    labels: { "bascule.dev/plan": "shop", "bascule.dev/slot": "shared" },
    selector: { "bascule.dev/plan": "shop", "bascule.dev/slot": "shared" },
    provider: new Provider("cluster", {}),
  };
  if (cached.shared === undefined) throw new Error("the sample has no shared part");
  const told = cached.shared(common, values);
  const host = await new Promise<string>((resolve) => output(told.host).apply(resolve));
  expect({ ...told, host }).toEqual({ host: "shop-cache", port: 6379 });
  cached.slot(
    {
      ...common,
      slot: "green",
      release: "shop-2",
      version: "2",
      images: { main: "registry.example/shop:2" },
      name: "shop-green",
      podLabels: {},
      shared: { host: "shop-cache", port: 6379 },
    },
    values,
  );
  await runtime.disconnect(false);
  expect(made.get("Deployment shop-cache").spec.selector.matchLabels).toEqual({
    ...common.selector,
    generation: "3",
  });
  const [container] = made.get("Deployment shop-green").spec.template.spec.containers;
  expect(container.env).toEqual([{ name: "CACHE", value: "shop-cache:6379" }]);
});
