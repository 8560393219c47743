import { describe, expect, it } from "vitest";
import { readVerification } from "./read-verification.ts";

const read = (text: string, more: { service?: string; namespace?: string } = {}) =>
  readVerification({ path: "v.yaml", text, ...more });

describe("a file for bascule verify", () => {
  it("may be a Verification, with its name", async () => {
    const text = `apiVersion: bascule.dev/v1alpha1
kind: Verification
metadata: {name: now, labels: {team: a}}
spec: {target: {service: shop}, checks: [{name: c, http: {}}]}`;
    expect(await read(text)).toEqual({
      apiVersion: "bascule.dev/v1alpha1",
      kind: "Verification",
      metadata: { name: "now", labels: { team: "a" } },
      spec: { target: { service: "shop" }, checks: [{ name: "c", http: {} }] },
    });
  });

  it("may be target and checks, or a list of checks with --service; the server then gives the name", async () => {
    const spec = { target: { service: "shop" }, checks: [{ name: "c", http: {} }] };
    const mapping = await read("target: {service: shop}\nchecks: [{name: c, http: {}}]");
    const list = await read("- {name: c, http: {}}", { service: "shop" });
    for (const made of [mapping, list])
      expect(made).toMatchObject({ metadata: { generateName: "verify-" }, spec });
    expect(await read(JSON.stringify(spec))).toMatchObject({ spec });
  });

  it("verifies what --service says before what the file says, and keeps the rest of the target", async () => {
    const made = await read("target: {service: a, version: v1}\nchecks: [{name: c, http: {}}]", {
      service: "b",
    });
    expect(made.spec.target).toEqual({ service: "b", version: "v1" });
  });

  const object = (more: string) => `apiVersion: bascule.dev/v1alpha1\nkind: Verification\n${more}`;
  it.each([
    ["", "-f v.yaml: holds 0 documents"],
    ["a: [", "-f v.yaml: is no YAML"],
    ["a: 1\n---\nb: 2", "-f v.yaml: holds 2 documents"],
    ["just text", "must hold a Verification"],
    ["- {name: c, http: {}}", "target.service is missing; write it there, or give --service"],
    ["target: {service: a}", "checks must be a list of at least one check"],
    ["target: {service: a}\nchecks: []", "checks must be a list"],
    ["kind: Release\napiVersion: bascule.dev/v1alpha1", "is bascule.dev/v1alpha1 Release; give a"],
    [object("metadata: []\nspec: {}"), "metadata and spec are mappings"],
    [
      object("metadata: {namespace: other}\nspec: {target: {service: a}, checks: [{name: c}]}"),
      "metadata.namespace is other and --namespace ns",
    ],
    ["releaseRef: {name: r}\ntarget: {service: a}\nchecks: [{name: c}]", "releaseRef: only a release ends"],
  ])("that is wrong is refused with the reason: %j", async (text, message) => {
    await expect(read(text, { namespace: "ns" })).rejects.toThrow(message);
  });
});
