/**
 * Signatures in the form of cosign: a small JSON document ("simple signing") that names the manifest's digest, and a
 * signature over its very bytes. https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 */
import { createPublicKey, type KeyObject, verify } from "node:crypto";

export interface GivenSignature {
  /** Base64. */
  readonly payload: string;
  /** Base64. */
  readonly signature: string;
}

const LONGEST_KEY = 8192;
const TYPE = "cosign container image signature";

/** Reads a public key of a kind that cosign makes; undefined for anything else. */
export function readPublicKey(pem: string): KeyObject | undefined {
  if (pem.length > LONGEST_KEY || !pem.includes("-----BEGIN PUBLIC KEY-----")) return undefined;
  try {
    const key = createPublicKey(pem);
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
    if (type === "ec") return details?.namedCurve === "prime256v1" ? key : undefined;
    if (type === "rsa") return (details?.modulusLength ?? 0) >= 2048 ? key : undefined;
    return type === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The digest that a signed document is about; undefined when it is no such document. */
export function digestIn({ payload }: GivenSignature): string | undefined {
  try {
    const document = JSON.parse(Buffer.from(payload, "base64").toString("utf8")) as {
      readonly critical?: {
        readonly type?: unknown;
        readonly image?: { readonly "docker-manifest-digest"?: unknown };
      };
    } | null;
    const { type, image } = document?.critical ?? {};
    const digest = image?.["docker-manifest-digest"];
    return type === TYPE && typeof digest === "string" ? digest : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the key made the signature. ECDSA and RSA sign a SHA-256 digest, Ed25519 the bytes themselves. */
export function isSignedBy({ payload, signature }: GivenSignature, key: KeyObject): boolean {
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  try {
    return verify(algorithm, Buffer.from(payload, "base64"), key, Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
}

/**
 * Reads what `cosign download signature` prints: a JSON object a line. Lines that are none are passed over; what
 * they would have signed is unsigned then.
 */
export function readSignatures(text: string, most: number): readonly GivenSignature[] {
  const found: GivenSignature[] = [];
  for (const line of text.split("\n")) {
    if (found.length >= most) break;
    if (!line.startsWith("{")) continue;
    const read = readSignature(line);
    if (read !== undefined) found.push(read);
  }
  return found;
}

function readSignature(line: string): GivenSignature | undefined {
  try {
    const { Payload: payload, Base64Signature: signature } = JSON.parse(line) as Record<string, unknown>;
    return typeof payload === "string" && typeof signature === "string" ? { payload, signature } : undefined;
  } catch {
    return undefined;
  }
}
