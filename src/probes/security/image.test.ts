import { describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { MemoryCandidate } from "../../../test/support/memory-candidate.ts";
import { pod } from "../../../test/support/pod-samples.ts";
import { signatureLine, signingKey } from "../../../test/support/signed-image.ts";
import { check as checkSchema } from "../../api/check.ts";
import { err, ok } from "../../base/result.ts";
import { validateCheck } from "../../core/gate/validate-check.ts";
import { ImageChecker } from "./image.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;
const key = signingKey();
const named = (image: string, imageID?: string) => ({
  ...pod({}, { image }),
  ...(imageID === undefined ? {} : { status: { containerStatuses: [{ name: "main", imageID }] } }),
});
const byDigest = named(`registry.example.com/shop/web@${DIGEST}`);

const look = (candidate: object, image: object, configMaps: Readonly<Record<string, string>> = {}) =>
  new ImageChecker(new MemoryCandidate([candidate as typeof byDigest]), {
    texts: async (_, name) =>
      configMaps[name] === undefined ? err({ kind: "notFound", message: "" }) : ok([configMaps[name]]),
  }).look(lookContext(checkSchema.parse({ name: "image", image })));

describe("an image check", () => {
  it("asks for images that are named by digest", async () => {
    expect(await look(byDigest, {})).toMatchObject({ state: "passed", reason: "ImagesAsDeclared" });
    expect(await look(named("registry.example.com/shop/web:1"), {})).toMatchObject({
      state: "failed",
      reason: "NotByDigest",
      message:
        'container "main", image registry.example.com/shop/web:1: not named by digest (pod shop-green-0)',
    });
  });

  it("is content with the digest that runs where that is asked, and waits until it is known", async () => {
    const running = { byDigest: "running" };
    const web = "registry.example.com/shop/web";
    expect(await look(named(`${web}:1`, `${web}@${DIGEST}`), running)).toMatchObject({ state: "passed" });
    expect(await look(named(`${web}:1`, DIGEST), running)).toMatchObject({ reason: "NotByDigest" });
    expect(await look(named(`${web}:1`), running)).toMatchObject({ kind: "nothing", reason: "NotStarted" });
  });

  it("finds images of registries that are not allowed, those of first containers too", async () => {
    const registries = ["registry.example.com/shop"];
    expect(await look(byDigest, { registries })).toMatchObject({ state: "passed" });
    const first = {
      ...byDigest,
      spec: { ...byDigest.spec, initContainers: [{ name: "first", image: `busybox@${DIGEST}` }] },
    };
    expect(await look(first, { registries })).toMatchObject({
      state: "failed",
      reason: "ForbiddenRegistry",
      message: expect.stringContaining("docker.io/library/busybox is in none of registry.example.com/shop"),
    });
  });

  const signedBy = { publicKeys: [key.pem], configMap: "signatures" };

  it("verifies signatures that a ConfigMap holds", async () => {
    const signatures = [signatureLine(OTHER, key), signatureLine(DIGEST, key)].join("\n");
    expect(await look(byDigest, { signedBy }, { signatures })).toMatchObject({ state: "passed" });
  });

  it("tells an image without signature from one that somebody else has signed", async () => {
    const wrong = signatureLine(DIGEST, signingKey());
    expect(await look(byDigest, { signedBy }, { signatures: signatureLine(OTHER, key) })).toMatchObject({
      state: "failed",
      reason: "Unsigned",
    });
    expect(await look(byDigest, { signedBy }, { signatures: wrong })).toMatchObject({
      state: "failed",
      reason: "BadSignature",
    });
    const both = { publicKeys: [signingKey().pem, key.pem], configMap: "signatures" };
    const signatures = `${wrong}\n${signatureLine(DIGEST, key)}`;
    expect(await look(byDigest, { signedBy: both }, { signatures })).toMatchObject({ state: "passed" });
  });

  it("takes signatures from the check itself", async () => {
    const { Payload: payload, Base64Signature: signature } = JSON.parse(signatureLine(DIGEST, key));
    const own = { publicKeys: [key.pem], signatures: [{ payload, signature }] };
    expect(await look(byDigest, { signedBy: own })).toMatchObject({ state: "passed" });
  });

  it("is unreadable, and no pass, when the signatures are not there", async () => {
    expect(await look(byDigest, { signedBy })).toMatchObject({ kind: "unreadable", reason: "NoSignatures" });
  });

  it("is refused when it asks for nothing, or its key is none", () => {
    const problems = (image: object) => {
      const validated = validateCheck(checkSchema.parse({ name: "image", image }));
      return validated.ok ? [] : validated.error.map(({ path }) => path);
    };
    expect(problems({ byDigest: "ignore" })).toEqual(["image"]);
    expect(problems({ signedBy: { publicKeys: ["-----BEGIN"], configMap: "s" } })).toEqual([
      "image.signedBy.publicKeys.0",
    ]);
    expect(problems({ signedBy: { publicKeys: [key.pem] } })).toEqual(["image.signedBy"]);
  });
});
