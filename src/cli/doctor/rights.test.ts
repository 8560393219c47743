import { expect, it } from "vitest";
import { readManifests } from "../compose/manifests.ts";
import { renderInstall } from "../install/render.ts";
import { rightsOf } from "./rights.ts";

it("asks for what is bound to the controller, with the namespace of a RoleBinding, and for nothing that people are given", async () => {
  const manifests = renderInstall(await readManifests(), { image: "", namespace: "releases", args: [] });
  const rights = rightsOf(manifests);
  expect(rights).toContainEqual({
    group: "bascule.dev",
    resource: "releases",
    subresource: "status",
    verb: "patch",
  });
  expect(rights).toContainEqual({
    group: "coordination.k8s.io",
    resource: "leases",
    verb: "update",
    namespace: "releases",
  });
  // Bound by the role of another object: what security checks read.
  expect(rights).toContainEqual({ group: "", resource: "pods", subresource: "log", verb: "get" });
  expect(rights.filter(({ verb }) => verb === "abort" || verb === "answer")).toEqual([]);
  // Secrets of its own namespace only.
  for (const right of rights.filter(({ resource }) => resource === "secrets"))
    expect(right.namespace).toBe("releases");
});
