import type { ImageCheck } from "../../../api/checks/image.ts";
import { readPublicKey } from "../image/signature.ts";
import type { CheckProblem } from "../selector-problems.ts";
import { outcomeKind } from "./outcome.ts";

/** Images are examined before traffic; a finding fails at once. */
export const imageRules = outcomeKind<ImageCheck>(() => "images as declared", { problems: problemsOf });

function problemsOf({ byDigest, registries, signedBy }: ImageCheck): readonly CheckProblem[] {
  const problems: CheckProblem[] = [];
  if (byDigest === "ignore" && registries === undefined && signedBy === undefined)
    problems.push({ path: "image", message: "asks for nothing; set byDigest, registries or signedBy" });
  for (const [i, pem] of (signedBy?.publicKeys ?? []).entries())
    if (readPublicKey(pem) === undefined)
      problems.push({
        path: `image.signedBy.publicKeys.${i}`,
        message: "is no PEM public key of the kind ECDSA P-256, RSA (2048 bits or more) or Ed25519",
      });
  if (signedBy !== undefined && signedBy.configMap === undefined && signedBy.signatures === undefined)
    problems.push({ path: "image.signedBy", message: "give signatures, configMap or both" });
  return problems;
}
