import type { Transition } from "../../api/release.ts";
import { digestOf } from "../../base/json.ts";

/** The hash that chains an entry to the one before it; `previous` is empty for the first. */
export const hashOf = (entry: Omit<Transition, "hash">, previous: string): string =>
  digestOf({ previous, ...entry });

/**
 * Index of the first entry that does not fit the one before it; -1 when all do. Without `previous` nothing can be said
 * against the first entry.
 */
export function brokenAt(entries: readonly Transition[], previous: string | undefined): number {
  let before = previous;
  return entries.findIndex(({ hash, ...entry }) => {
    const fits = before === undefined || hashOf(entry, before) === hash;
    before = hash;
    return !fits;
  });
}
