import { expect, it } from "vitest";
import { readForeignManager, readGitOpsOwner } from "./owners.ts";

const meta = { name: "shop" };
const rules = { "f:spec": { "f:rules": {} } };

it("knows Argo CD and Flux by their tracking marks", () => {
  const owner = (labels: Record<string, string>, annotations: Record<string, string> = {}) =>
    readGitOpsOwner({ ...meta, labels, annotations });
  expect(
    owner({}, { "argocd.argoproj.io/tracking-id": "shop:gateway.networking.k8s.io/HTTPRoute:a/b" }),
  ).toBe('Argo CD application "shop"');
  expect(owner({ "argocd.argoproj.io/instance": "shop" })).toBe('Argo CD application "shop"');
  expect(
    owner({
      "kustomize.toolkit.fluxcd.io/name": "apps",
      "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    }),
  ).toBe('Flux Kustomization "flux-system/apps"');
  expect(owner({ "helm.toolkit.fluxcd.io/name": "shop" })).toBe('Flux HelmRelease "shop"');
});

it("takes Helm's own instance label for no sign of a GitOps tool", () => {
  expect(readGitOpsOwner({ ...meta, labels: { "app.kubernetes.io/instance": "shop" } })).toBeUndefined();
});

it("names who last wrote the rules, and nobody while they are ours", () => {
  const entry = (manager: string, time: string, fieldsV1: unknown = rules) => ({ manager, time, fieldsV1 });
  const early = entry("kubectl", "2026-01-01T00:00:00Z");
  const late = entry("argocd-controller", "2026-01-02T00:00:00Z");
  const elsewhere = entry("labeller", "2026-01-03T00:00:00Z", { "f:metadata": {} });
  const status = { ...entry("traefik", "2026-01-04T00:00:00Z"), subresource: "status" };
  expect(readForeignManager({ ...meta, managedFields: [early, late, elsewhere, status] })).toBe(
    "argocd-controller",
  );
  const ours = entry("bascule-traffic", "2026-01-01T00:00:00Z");
  expect(readForeignManager({ ...meta, managedFields: [late, ours] })).toBeUndefined();
  expect(readForeignManager({ ...meta, managedFields: [null, "?", {}] })).toBeUndefined();
  expect(readForeignManager(meta)).toBeUndefined();
});
