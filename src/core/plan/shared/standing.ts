/** What a plan's status says of the part that both slots share. */
import type { ReleaseStatus } from "../../../api/release.ts";
import type { ReleasePlanStatus } from "../../../api/release-plan.ts";
import type { SharedStanding } from "../../../api/shared.ts";

/** What a shared part came to, without how: the same in both statuses. */
export const resultOf = ({
  outputs,
  objects,
}: Pick<SharedStanding, "outputs" | "objects">): Pick<SharedStanding, "outputs" | "objects"> => ({
  ...(outputs === undefined ? {} : { outputs }),
  ...(objects === undefined ? {} : { objects }),
});

/**
 * The plan's truth about its shared part after a pass of a release. While the release works on it nothing is certain,
 * so the digest goes, and it is stored that it has gone before the work begins.
 */
export function settleShared(
  plan: ReleasePlanStatus,
  release: string,
  { shared }: Pick<ReleaseStatus, "shared">,
): ReleasePlanStatus {
  if (shared === undefined) return plan;
  const before = plan.shared;
  if (shared.state === "standing") {
    // Found as it should be: the release that made it so keeps its name there.
    if (before?.digest === shared.digest) return plan;
    return { ...plan, shared: { digest: shared.digest, release, ...resultOf(shared) } };
  }
  const { digest: _, ...rest } = before ?? {};
  return { ...plan, shared: { ...rest, release } };
}
