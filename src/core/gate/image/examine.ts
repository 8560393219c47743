import type { KeyObject } from "node:crypto";
import type { ImageCheck } from "../../../api/checks/image.ts";
import { containersOf, type Pod, statusOf } from "../pods/pod.ts";
import { isWithin, readReference, runningDigest } from "./reference.ts";
import { digestIn, type GivenSignature, isSignedBy } from "./signature.ts";

export interface ImageRequirements extends Pick<ImageCheck, "byDigest" | "registries"> {
  /** Absent: images need no signature. */
  readonly signed?: { readonly keys: readonly KeyObject[]; readonly signatures: readonly GivenSignature[] };
}

export interface ImageFinding {
  readonly reason: "NotByDigest" | "ForbiddenRegistry" | "Unsigned" | "BadSignature";
  readonly told: string;
}

/** An image of a pod is not there yet: what runs is not known. */
export const UNKNOWN_YET = "unknownYet";

/** What is wrong with the images of a pod; `unknownYet` while a digest that is needed is not known. */
export function examineImages(
  pod: Pod,
  requirements: ImageRequirements,
): readonly ImageFinding[] | typeof UNKNOWN_YET {
  const findings: ImageFinding[] = [];
  for (const { name, image = "" } of containersOf(pod)) {
    const id = statusOf(pod, name)?.imageID;
    const named = readReference(image);
    const { byDigest, registries, signed } = requirements;
    const needsRunning = byDigest === "running" || (signed !== undefined && named.digest === undefined);
    if (needsRunning && (id === undefined || id === "")) return UNKNOWN_YET;
    const digest = named.digest ?? runningDigest(id);
    const of = `container "${name}", image ${image.slice(0, 200)}`;
    if (byDigest === "spec" && named.digest === undefined)
      findings.push({ reason: "NotByDigest", told: `${of}: not named by digest` });
    if (byDigest === "running" && digest === undefined)
      findings.push({ reason: "NotByDigest", told: `${of}: runs without a digest of a registry` });
    if (registries !== undefined && !registries.some((allowed) => isWithin(named, allowed)))
      findings.push({
        reason: "ForbiddenRegistry",
        told: `${of}: ${named.registry}/${named.path} is in none of ${registries.join(", ")}`,
      });
    const wrong = signed === undefined ? undefined : signatureFinding(digest, signed);
    if (wrong !== undefined) findings.push({ ...wrong, told: `${of}: ${wrong.told}` });
  }
  return findings;
}

function signatureFinding(
  digest: string | undefined,
  { keys, signatures }: NonNullable<ImageRequirements["signed"]>,
): ImageFinding | undefined {
  if (digest === undefined)
    return { reason: "Unsigned", told: "has no digest that a signature could be about" };
  const about = signatures.filter((given) => digestIn(given) === digest);
  if (about.length === 0) return { reason: "Unsigned", told: `no signature is given for ${digest}` };
  if (about.some((given) => keys.some((key) => isSignedBy(given, key)))) return undefined;
  return { reason: "BadSignature", told: `the signature for ${digest} is of none of the keys` };
}
