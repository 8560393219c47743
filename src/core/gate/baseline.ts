import type { VerificationSpec } from "../../api/verification.ts";
import { EVERYTHING, NOTHING, readWeight } from "../../base/weight.ts";

/**
 * Whether the live side gets requests beside the candidate: only then is there something to compare with. A
 * Verification of somebody's own that names a live side and no share is taken at its word.
 */
export function hasBaseline({
  baselineService,
  share,
}: Pick<VerificationSpec["target"], "baselineService" | "share">): boolean {
  if (baselineService === undefined) return false;
  if (share === undefined) return true;
  const weight = readWeight(share);
  return weight > NOTHING && weight < EVERYTHING;
}
