import type { Release } from "../api/release.ts";
import { isFinished, phaseOf } from "../core/plan/phases.ts";
import { type FollowObjectEnd, type FollowObjectOptions, followObject } from "./follow-object.ts";
import { RELEASES } from "./resource-types.ts";

export interface FollowOptions extends Omit<FollowObjectOptions<Release>, "type" | "object" | "isFinished"> {
  readonly release: Release;
}

export interface FollowEnd {
  readonly kind: FollowObjectEnd<Release>["kind"];
  readonly release: Release;
}

/** Follows a release until it is finished, gone, or the time is over. */
export async function followRelease({ release, ...options }: FollowOptions): Promise<FollowEnd> {
  const isOver = (seen: Release): boolean => isFinished(phaseOf(seen));
  const end = await followObject({ ...options, type: RELEASES, object: release, isFinished: isOver });
  return { kind: end.kind, release: end.object };
}
