import type { Phase, Release } from "../../api/release.ts";

const FINAL: ReadonlySet<Phase> = new Set(["Completed", "Reverted", "Failed", "Cancelled", "Superseded"]);

/** The release will never do anything again. */
export const isFinal = (phase: Phase | undefined): boolean => phase !== undefined && FINAL.has(phase);
/** CI may stop waiting: final, or a revert that needs a person. */
export const isFinished = (phase: Phase | undefined): boolean => isFinal(phase) || phase === "RevertFailed";
/** The candidate may get traffic, so taking it back is a revert. */
export const isReverting = (phase: Phase | undefined): boolean =>
  phase === "Reverting" || phase === "RevertFailed";

export const phaseOf = (release: Release): Phase => release.status?.phase ?? "Pending";

/** Oldest first; names break ties, so that the order never depends on the cache. */
export function byAge(a: Release, b: Release): number {
  const at = a.metadata.creationTimestamp ?? "";
  const bt = b.metadata.creationTimestamp ?? "";
  return at < bt ? -1 : at > bt ? 1 : a.metadata.name < b.metadata.name ? -1 : 1;
}
