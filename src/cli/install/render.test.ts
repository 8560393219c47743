import { describe, expect, it } from "vitest";
import { readManifests } from "../compose/manifests.ts";
import { typeOfManifest } from "./kinds.ts";
import { type Manifest, renderInstall } from "./render.ts";
import { PASSPHRASE_SECRET, SYSTEM_NAMESPACE } from "./settings.ts";

const settings = { image: "registry.example.com/bascule@sha256:1", namespace: "releases", args: [] };
const manifests = await readManifests();
const deploymentOf = (objects: readonly Manifest[]) => {
  const [found] = objects.filter(({ kind }) => kind === "Deployment");
  // biome-ignore lint/suspicious/noExplicitAny: a manifest as it lies on disk
  return found?.spec as any;
};

describe("the manifests of an installation", () => {
  it("keep nothing of the namespace that they were written for, when another one is asked for", () => {
    const text = JSON.stringify(renderInstall(manifests, settings));
    // Sentences in descriptions may name it as the usual one.
    expect(text).not.toContain(`"${SYSTEM_NAMESPACE}"`);
    expect(text).toContain('"namespace":"releases"');
  });

  it("are all of a kind that can be applied, what others need before them", () => {
    const kinds = renderInstall(manifests, settings).map((object) => typeOfManifest(object).kind);
    expect(kinds[0]).toBe("Namespace");
    expect(kinds.at(-1)).toBe("Deployment");
    expect(kinds.lastIndexOf("CustomResourceDefinition")).toBeLessThan(
      kinds.indexOf("ClusterVerificationTemplate"),
    );
    expect(kinds.lastIndexOf("ValidatingAdmissionPolicy")).toBeLessThan(
      kinds.indexOf("ValidatingAdmissionPolicyBinding"),
    );
  });

  it("take image, replicas, Prometheus and arguments into the Deployment", () => {
    const more = { replicas: 2, prometheus: "http://p:9090", args: ["--log-level=debug"] };
    const spec = deploymentOf(renderInstall(manifests, { ...settings, ...more }));
    const [container] = spec.template.spec.containers;
    expect(spec.replicas).toBe(2);
    expect(container.image).toBe(settings.image);
    expect(container.args.slice(-2)).toEqual(["--prometheus=http://p:9090", "--log-level=debug"]);
  });

  it("never hold the passphrase, so that applying them again can't change it", () => {
    expect(manifests.filter(({ kind }) => kind === "Secret")).toEqual([]);
    expect(JSON.stringify(deploymentOf(manifests).template.spec.volumes)).toContain(PASSPHRASE_SECRET);
  });

  it("run the controller with no more than Pod Security restricted allows, on a root that it can't write", () => {
    const pod = deploymentOf(manifests).template.spec;
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("give the controller no verb on everything, and no right to make what stacks are made of", () => {
    for (const object of manifests.filter(({ kind }) => kind === "ClusterRole"))
      expect(JSON.stringify(object), object.metadata.name).not.toContain('"*"');
    const role = manifests.find((o) => o.kind === "ClusterRole" && o.metadata.name === "bascule-controller");
    const { rules } = role as unknown as {
      readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
    };
    for (const { resources, verbs } of rules)
      for (const owned of ["deployments", "services", "httproutes", "horizontalpodautoscalers"])
        if (resources.includes(owned)) expect(verbs, owned).not.toContain("create");
  });
});
