/**
 * How much more the live side's pods vary than chance: Pearson's statistic over its degrees of freedom
 * (McCullagh and Nelder 1989, 4.5), once within windows and once on the totals of pods, which shows pods that
 * differ for good. Only the live side is asked: a real effect of the candidate must not hide itself.
 */
import { addCounts, type Counts, NO_COUNTS } from "./odds-ratio-test.ts";

const FEW_PODS = 3;

/** Sums so far; plain JSON. */
export interface Dispersion {
  /** Pearson's statistic within windows, and its degrees of freedom. */
  readonly chiSquare: number;
  readonly freedom: number;
  /** Events and requests of the windows that took part in the totals by pod. */
  readonly events: number;
  readonly requests: number;
  /** Events of each pod, and how many its share of requests would have brought. */
  readonly observed: readonly number[];
  readonly expected: readonly number[];
  /** With one pod windows are compared in pairs: the first of the present pair. */
  readonly held?: Counts;
}

export const NO_DISPERSION: Dispersion = {
  chiSquare: 0,
  freedom: 0,
  events: 0,
  requests: 0,
  observed: [],
  expected: [],
};

/** A pod's counts in one window; `cell` is its place in the totals. */
export interface CellCounts extends Counts {
  readonly cell: number;
}

const totalOf = (cells: readonly Counts[]): Counts => cells.reduce(addCounts, NO_COUNTS);

/** Pearson's statistic of cells that share one rate; undefined where all or none are events. */
function chiSquareOf(cells: readonly Counts[]): number | undefined {
  const { requests, events } = totalOf(cells);
  if (events === 0 || events >= requests) return undefined;
  const rate = events / requests;
  const distance = cells.reduce((sum, cell) => {
    const mean = rate * cell.requests;
    return sum + (cell.events - mean) ** 2 / mean;
  }, 0);
  return distance / (1 - rate);
}

/** Takes one window of the live side in, by pod. */
export function addDispersion(known: Dispersion, window: readonly CellCounts[]): Dispersion {
  const cells = window.filter(({ requests }) => requests > 0);
  const [only] = cells;
  if (only === undefined) return known;
  if (cells.length === 1) return addToPair(known, only);
  const { held: _, ...rest } = known;
  const chiSquare = chiSquareOf(cells);
  if (chiSquare === undefined) return rest;
  const { requests, events } = totalOf(cells);
  const size = cells.reduce((most, { cell }) => Math.max(most, cell + 1), known.observed.length);
  const widen = (sums: readonly number[]) =>
    sums.length === size ? [...sums] : Array.from({ length: size }, (_unused, i) => sums[i] ?? 0);
  const [observed, expected] = [widen(known.observed), widen(known.expected)];
  for (const one of cells) {
    observed[one.cell] = (observed[one.cell] ?? 0) + one.events;
    expected[one.cell] = (expected[one.cell] ?? 0) + (events * one.requests) / requests;
  }
  return {
    chiSquare: known.chiSquare + chiSquare,
    freedom: known.freedom + cells.length - 1,
    events: known.events + events,
    requests: known.requests + requests,
    observed,
    expected,
  };
}

/** One pod can only be held against itself: windows in pairs, which sees bursts but no lasting difference. */
function addToPair(known: Dispersion, { requests, events }: CellCounts): Dispersion {
  const { held, ...rest } = known;
  const counts = { requests, events };
  if (held === undefined) return { ...rest, held: counts };
  const chiSquare = chiSquareOf([held, counts]);
  if (chiSquare === undefined) return rest;
  return { ...rest, chiSquare: rest.chiSquare + chiSquare, freedom: rest.freedom + 1 };
}

/** Pods with a share in the totals: with fewer than two nothing is known of how they differ. */
export const podsOf = ({ expected }: Dispersion): number => expected.filter((mean) => mean > 0).length;

/** The factor by which evidence is divided, at least 1. */
export function dispersionFactor(known: Dispersion): number {
  const within = known.freedom === 0 ? 1 : known.chiSquare / known.freedom;
  return Math.max(1, within, spreadOfPods(known));
}

/**
 * The same statistic on totals, enlarged for few pods: with k of them it is as uncertain as a chi-square of k - 1. By
 * how much was found by simulation (`make bench-gate`): with 2 in place of 3 more than 6 % of healthy candidates were
 * blamed at a level of 5 % where four pods vary much.
 */
function spreadOfPods(known: Dispersion): number {
  const pods = podsOf(known);
  if (pods < 2 || known.events >= known.requests) return 1;
  const distance = known.expected.reduce(
    (sum, mean, i) => (mean > 0 ? sum + ((known.observed[i] ?? 0) - mean) ** 2 / mean : sum),
    0,
  );
  const factor = distance / (1 - known.events / known.requests) / (pods - 1);
  return factor * (1 + FEW_PODS / (pods - 1));
}
