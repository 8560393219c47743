import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check as checkSchema } from "../../../src/api/check.ts";
import { runningDigest } from "../../../src/core/gate/image/reference.ts";
import type { Look } from "../../../src/ports/checks.ts";
import { kubeCandidateCluster } from "../../../src/probes/candidate-cluster.ts";
import { ImageChecker } from "../../../src/probes/security/image.ts";
import { kubeSignatureStore } from "../../../src/probes/security/signature-store.ts";
import { lookContext } from "../../support/look-context.ts";
import { signatureLine, signingKey } from "../../support/signed-image.ts";
import { CONFIG_MAPS, must } from "../kube/bench.ts";
import { CandidateBench, SHELL_IMAGE } from "./candidate-bench.ts";

describe("an image check in a real cluster", () => {
  const cluster = new CandidateBench();
  const { bench } = cluster;
  const checker = new ImageChecker(kubeCandidateCluster(bench.client), kubeSignatureStore(bench.client));
  const key = signingKey();
  const byTag = "tagged";
  const byDigest = "pinned";

  beforeAll(async () => {
    await cluster.start();
    const tagged = await cluster.serve(byTag);
    const digest = runningDigest(tagged.status?.containerStatuses?.[0]?.imageID) ?? "";
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    await cluster.serve(byDigest, { image: `${SHELL_IMAGE.replace(/:[^:]*$/, "")}@${digest}` });
    const signed = bench.configMap("signed", { "shell.json": signatureLine(digest, key) });
    must(await bench.client.create(CONFIG_MAPS, signed));
    const forged = bench.configMap("forged", { "shell.json": signatureLine(digest, signingKey()) });
    must(await bench.client.create(CONFIG_MAPS, forged));
  });
  afterAll(async () => void (await cluster.stop()));

  const look = (service: string, image: object): Promise<Look> =>
    checker.look(
      lookContext(checkSchema.parse({ name: "image", image }), {
        namespace: bench.namespace,
        target: { service },
      }),
    );

  it("tells images that are named by digest from those that only run by one", async () => {
    expect(await look(byTag, {})).toMatchObject({ state: "failed", reason: "NotByDigest" });
    expect(await look(byTag, { byDigest: "running" })).toMatchObject({ state: "passed" });
    expect(await look(byDigest, {})).toMatchObject({ state: "passed" });
  });

  it("finds an image of another registry", async () => {
    const check = { byDigest: "ignore", registries: ["registry.example.com"] };
    expect(await look(byTag, check)).toMatchObject({ state: "failed", reason: "ForbiddenRegistry" });
  });

  it.each([
    ["signed", { state: "passed" }],
    ["forged", { state: "failed", reason: "BadSignature" }],
    ["kube-root-ca.crt", { state: "failed", reason: "Unsigned" }],
    ["nowhere", { kind: "unreadable", reason: "NoSignatures" }],
  ])("judges the signatures of ConfigMap %s", async (configMap, expected) => {
    for (const service of [byTag, byDigest])
      expect(
        await look(service, { byDigest: "running", signedBy: { publicKeys: [key.pem], configMap } }),
      ).toMatchObject(expected);
  });
});
