import type { Duration } from "./duration.ts";

/** A point in time: milliseconds since the Unix epoch, UTC. Comes from an injected clock only. */
export type Instant = number & { readonly __brand: "Instant" };

export const instant = (epochMilliseconds: number): Instant => epochMilliseconds as Instant;

/** Reads an RFC 3339 time; undefined for text that is none. */
export function readInstant(text: string): Instant | undefined {
  const value = Date.parse(text);
  return Number.isNaN(value) ? undefined : (value as Instant);
}

/** RFC 3339 in UTC with milliseconds, the form of every time in a status. */
export const renderInstant = (at: Instant): string => new Date(at).toISOString();

export const plus = (at: Instant, by: Duration): Instant => (at + by) as Instant;
/** Time from `from` to `to`; negative when `to` is earlier. */
export const between = (from: Instant, to: Instant): Duration => (to - from) as Duration;
/** The earlier of two times, either of which may be missing. */
export function earliest(...times: readonly (Instant | undefined)[]): Instant | undefined {
  let best: Instant | undefined;
  for (const t of times) if (t !== undefined && (best === undefined || t < best)) best = t;
  return best;
}
