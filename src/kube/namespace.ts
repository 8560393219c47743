import { resourceType } from "./resources.ts";

export const NAMESPACES = resourceType({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
});
