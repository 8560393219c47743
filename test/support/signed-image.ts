import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export interface SigningKey {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

/** A key pair as `cosign generate-key-pair` makes it. */
export function signingKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return { pem: publicKey.export({ type: "spki", format: "pem" }).toString(), privateKey };
}

/** A line of what `cosign download signature` prints for an image of that digest. */
export function signatureLine(digest: string, { privateKey }: SigningKey): string {
  const critical = {
    identity: { "docker-reference": "registry.example.com/shop" },
    image: { "docker-manifest-digest": digest },
    type: "cosign container image signature",
  };
  const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
  return JSON.stringify({
    Base64Signature: sign("sha256", payload, privateKey).toString("base64"),
    Payload: payload.toString("base64"),
    Cert: null,
    Chain: null,
    Bundle: null,
  });
}
