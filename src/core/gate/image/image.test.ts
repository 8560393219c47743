import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isWithin, readReference, runningDigest } from "./reference.ts";
import { digestIn, isSignedBy, readPublicKey, readSignatures } from "./signature.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const pem = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }).toString();
const payloadOf = (digest: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": "registry.example.com/shop" },
        image: { "docker-manifest-digest": digest },
        type: "cosign container image signature",
      },
      optional: null,
    }),
  );

describe("an image reference", () => {
  it.each([
    ["nginx", "docker.io", "library/nginx"],
    ["nginx:1.27", "docker.io", "library/nginx"],
    ["team/app:1", "docker.io", "team/app"],
    ["localhost/app", "localhost", "app"],
    ["localhost:5000/app:1", "localhost:5000", "app"],
    [`registry.example.com/shop/web:1@${DIGEST}`, "registry.example.com", "shop/web"],
  ])("%s is of %s, %s", (image, registry, path) => {
    expect(readReference(image)).toMatchObject({ registry, path });
  });

  it("has a digest only in its whole form", () => {
    expect(readReference(`app@${DIGEST}`).digest).toBe(DIGEST);
    expect(readReference("app@sha256:abc").digest).toBeUndefined();
    expect(readReference("app:sha256").digest).toBeUndefined();
  });

  it.each([
    ["registry.example.com", true],
    ["registry.example.com/shop", true],
    ["registry.example.com/shop/", true],
    ["registry.example.com/shop/web", true],
    ["*.example.com/shop", true],
    ["registry.example.com/sho", false],
    ["example.com", false],
    ["*.com", false],
    ["evil.registry.example.com", false],
    ["registry.example.com.evil.com", false],
  ])("registry.example.com/shop/web lies in %s: %s", (allowed, within) => {
    expect(isWithin(readReference("registry.example.com/shop/web:1"), allowed)).toBe(within);
  });

  it("that runs has a digest only where a registry gave one", () => {
    expect(runningDigest(`docker-pullable://nginx@${DIGEST}`)).toBe(DIGEST);
    expect(runningDigest(DIGEST)).toBeUndefined();
    expect(runningDigest(undefined)).toBeUndefined();
  });
});

const KEYS: readonly [
  string,
  "sha256" | null,
  { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
][] = [
  ["ECDSA P-256", "sha256", generateKeyPairSync("ec", { namedCurve: "prime256v1" })],
  ["RSA", "sha256", generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ["Ed25519", null, generateKeyPairSync("ed25519")],
];

describe("a signature", () => {
  it.each(KEYS)("of %s holds for its very payload and its key", (_, algorithm, { publicKey, privateKey }) => {
    const bytes = payloadOf(DIGEST);
    const given = {
      payload: bytes.toString("base64"),
      signature: sign(algorithm, bytes, privateKey).toString("base64"),
    };
    const key = readPublicKey(pem(publicKey));
    if (key === undefined) throw new Error("no key");
    expect(isSignedBy(given, key)).toBe(true);
    expect(digestIn(given)).toBe(DIGEST);
    const other = payloadOf(`sha256:${"b".repeat(64)}`).toString("base64");
    expect(isSignedBy({ ...given, payload: other }, key)).toBe(false);
    expect(isSignedBy({ ...given, signature: "bm90IG9uZQ==" }, key)).toBe(false);
    for (const [name, , pair] of KEYS) if (name !== _) expect(isSignedBy(given, pair.publicKey)).toBe(false);
  });

  it("is about nothing unless its payload is a document of cosign's type", () => {
    const about = (text: string) =>
      digestIn({ payload: Buffer.from(text).toString("base64"), signature: "" });
    expect(about("{}")).toBeUndefined();
    expect(about("null")).toBeUndefined();
    expect(about("not JSON")).toBeUndefined();
    const image = { "docker-manifest-digest": DIGEST };
    expect(about(JSON.stringify({ critical: { image, type: "something else" } }))).toBeUndefined();
  });

  it("is read from what cosign prints, line by line and not without end", () => {
    const line = JSON.stringify({ Base64Signature: "c2ln", Payload: "e30=", Cert: null });
    expect(readSignatures(`${line}\n\nnoise\n${line}\n`, 9)).toEqual([
      { payload: "e30=", signature: "c2ln" },
      { payload: "e30=", signature: "c2ln" },
    ]);
    expect(readSignatures(`${line}\n`.repeat(100), 3)).toHaveLength(3);
  });
});

describe("a public key", () => {
  it("is none of another kind, too short, private, or no PEM", () => {
    const p384 = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    expect(readPublicKey(pem(p384.publicKey))).toBeUndefined();
    expect(readPublicKey(pem(weak.publicKey))).toBeUndefined();
    expect(readPublicKey(privateKey.export({ type: "pkcs8", format: "pem" }).toString())).toBeUndefined();
    expect(readPublicKey("-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----")).toBeUndefined();
  });
});
