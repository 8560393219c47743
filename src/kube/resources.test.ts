import { describe, expect, it } from "vitest";
import { collectionPath, objectPath, resourceName, resourceType } from "./resources.ts";

const pods = resourceType({ group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true });
const nodes = resourceType({ group: "", version: "v1", kind: "Node", plural: "nodes", namespaced: false });
const routes = resourceType({
  group: "gateway.networking.k8s.io",
  version: "v1",
  kind: "HTTPRoute",
  plural: "httproutes",
  namespaced: true,
});

describe("paths", () => {
  it("follow group, scope and subresource", () => {
    expect(collectionPath(pods)).toBe("/api/v1/pods");
    expect(objectPath(pods, { namespace: "a", name: "b" }, "log")).toBe("/api/v1/namespaces/a/pods/b/log");
    expect(objectPath(nodes, { name: "n" })).toBe("/api/v1/nodes/n");
    expect(collectionPath(routes, "a")).toBe("/apis/gateway.networking.k8s.io/v1/namespaces/a/httproutes");
    expect(resourceName(routes)).toBe("httproutes.gateway.networking.k8s.io");
  });

  it("never lead out of their collection", () => {
    expect(objectPath(pods, { namespace: "a", name: "x?y#z" })).toBe("/api/v1/namespaces/a/pods/x%3Fy%23z");
    expect(() => objectPath(pods, { namespace: "a", name: "../../secrets/x" })).toThrow(TypeError);
    expect(() => objectPath(pods, { namespace: "a/secrets/x", name: "y" })).toThrow(TypeError);
    for (const ref of [
      { namespace: "a", name: ".." },
      { namespace: "..", name: "x" },
      { namespace: "a", name: "" },
      { name: "x" },
    ])
      expect(() => objectPath(pods, ref)).toThrow(TypeError);
    expect(() => collectionPath(nodes, "a")).toThrow(/cluster-scoped/);
  });
});
