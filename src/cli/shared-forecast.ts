import type { FrozenRelease } from "../api/frozen.ts";
import type { ReleasePlanStatus } from "../api/release-plan.ts";
import { sharedDigest } from "../core/plan/shared/request.ts";

/** What a release would do to the part that both slots share, as far as that can be told without Pulumi. */
export interface SharedForecast {
  /** The same part stands already, so that nothing is applied. */
  readonly stands: boolean;
  readonly creates: readonly string[];
  /** A person has to approve these. */
  readonly deletes: readonly string[];
  /** Looked at when it is applied; what could only be replaced waits for a person then. */
  readonly keeps: readonly string[];
  readonly note?: string;
}

/** Compares what the program makes with what the plan says is standing; a dry run asks Pulumi. */
export function sharedForecast(
  status: ReleasePlanStatus | undefined,
  frozen: FrozenRelease | undefined,
  made: readonly string[] | undefined,
): { readonly shared?: SharedForecast } {
  if (frozen?.shared !== true) return {};
  const standing = status?.shared;
  const objects = standing?.objects ?? [];
  if (standing?.digest === sharedDigest(frozen))
    return { shared: { stands: true, creates: [], deletes: [], keeps: objects } };
  if (made === undefined) {
    const note = "what it makes is not known here; a Release with spec.dryRun tells";
    return { shared: { stands: false, creates: [], deletes: [], keeps: objects, note } };
  }
  const keeps = made.filter((object) => objects.includes(object));
  return {
    shared: {
      stands: false,
      creates: made.filter((object) => !objects.includes(object)),
      deletes: objects.filter((object) => !made.includes(object)),
      keeps,
      ...(keeps.length === 0
        ? {}
        : {
            note: "whether one of these has to be replaced, which needs approval too, is told by a Release with spec.dryRun",
          }),
    },
  };
}
