/** What the test conditions on: requests of both sides, events of both together. */
export interface Margins {
  readonly candidate: number;
  readonly live: number;
  readonly events: number;
}

/** Least and most events that the candidate can have. */
export const supportOf = ({ candidate, live, events }: Margins): readonly [low: number, high: number] => [
  Math.max(0, events - live),
  Math.min(events, candidate),
];

/** Ratio of neighbouring weights, C(n, x+1) C(m, e-x-1) to C(n, x) C(m, e-x). */
export const stepOf = ({ candidate, live, events }: Margins, x: number): number =>
  ((events - x) / (x + 1)) * ((candidate - x) / (live - events + x + 1));
