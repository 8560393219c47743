/** A release's list of reservations has an end: the status stays small, and what is left out is counted, never silent. */
import type { ReleaseStatus } from "../../api/release.ts";
import { utf8Length } from "./bounds.ts";

export interface ReservationBounds {
  readonly most: number;
  /** Bytes of all together, as UTF-8. */
  readonly bytes: number;
  /** Characters of one. */
  readonly longest: number;
}

export const RESERVATION_BOUNDS: ReservationBounds = { most: 100, bytes: 8 * 1_024, longest: 512 };

/**
 * Adds what is not in the list yet. The first ones stay: a step that finds much does not push out what was found before.
 * @returns the status, and the sentences that are new, listed or not
 */
export function addReservations(
  status: ReleaseStatus,
  found: readonly string[],
  bounds: ReservationBounds = RESERVATION_BOUNDS,
): { readonly status: ReleaseStatus; readonly fresh: readonly string[] } {
  const listed = [...(status.reservations ?? [])];
  const fresh = [...new Set(found.map((text) => shortened(text, bounds.longest)))].filter(
    (text) => !listed.includes(text),
  );
  if (fresh.length === 0) return { status, fresh };
  let bytes = listed.reduce((sum, text) => sum + utf8Length(text), 0);
  let left = 0;
  for (const text of fresh) {
    const size = utf8Length(text);
    if (listed.length >= bounds.most || bytes + size > bounds.bytes) left += 1;
    else {
      listed.push(text);
      bytes += size;
    }
  }
  const more = (status.moreReservations ?? 0) + left;
  return {
    status: { ...status, reservations: listed, ...(more === 0 ? {} : { moreReservations: more }) },
    fresh,
  };
}

const shortened = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
