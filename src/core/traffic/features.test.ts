import { expect, it } from "vitest";
import { type GatewayLookup, readFeatures } from "./features.ts";

const classes: Readonly<Record<string, readonly (string | { readonly name: string })[] | undefined>> = {
  rich: [{ name: "HTTPRoute" }, { name: "HTTPRouteRequestMirror" }],
  poor: [{ name: "HTTPRoute" }],
  old: ["HTTPRoute"],
  silent: undefined,
};
const lookup: GatewayLookup = {
  gateway: (namespace, name) =>
    name in classes && namespace === "shop" ? { spec: { gatewayClassName: name } } : undefined,
  gatewayClass: (name) => ({
    status: classes[name] === undefined ? {} : { supportedFeatures: classes[name] },
  }),
};
const read = (...names: readonly string[]) =>
  readFeatures(
    "shop",
    names.map((name) => ({ name })),
    lookup,
  );

it("names what every parent can do", () => {
  expect(read("rich")).toEqual(["HTTPRoute", "HTTPRouteRequestMirror"]);
  expect(read("rich", "poor")).toEqual(["HTTPRoute"]);
  expect(read("old")).toEqual(["HTTPRoute"]);
});

it("does not guess where a parent is unknown or silent", () => {
  expect(read("rich", "silent")).toBeUndefined();
  expect(read("nowhere")).toBeUndefined();
  expect(read()).toBeUndefined();
  expect(readFeatures("shop", [{ name: "rich", kind: "Service", group: "" }], lookup)).toBeUndefined();
});
