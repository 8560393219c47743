/** Whether a process that does the same thing again and again holds no more of anything each time. */

/** What a process holds when nothing is going on, after one more round. */
export interface Sample {
  /** Rounds done so far. */
  readonly round: number;
  readonly pid: number;
  /** JavaScript's heap and what hangs on it, right after a collection of garbage. */
  readonly heapKiB: number;
  readonly residentMiB: number;
  readonly descriptors: number;
  /** Open watches, as the other end counts them. */
  readonly watches: number;
  /** Processes that it started and that still run. */
  readonly children: number;
}

/** The first rounds of a process load code and fill caches; some code is compiled only when it has run often. */
const WARM_UP = 3;
const warmUpOf = (samples: number): number => Math.max(WARM_UP, Math.floor(samples / 3));
/** Fewer say nothing about a trend. */
const FEWEST = 6;
/** Samples of one process without which nothing is said about it. */
export const FEWEST_SAMPLES = WARM_UP + FEWEST;
/** Rounds at each end whose counts are held against each other. */
const AT_EACH_END = 3;

export interface FlatLimits {
  /** What filling caches and compiling code may add to the heap, once and for all: the more rounds, the less in each. */
  readonly heapKiB: number;
}

/** What grows in the samples of one process, oldest first; empty when all is flat. */
export function growthIn(samples: readonly Sample[], limits: FlatLimits): readonly string[] {
  const warm = samples.slice(warmUpOf(samples.length));
  if (warm.length < FEWEST)
    return [`only ${warm.length} samples of a warm process, at least ${FEWEST} are needed`];
  const rounds = (warm.at(-1)?.round ?? 0) - (warm[0]?.round ?? 0);
  const slope = slopeOf(warm.map(({ round, heapKiB }) => [round, heapKiB]));
  const told = `the heap grows by ${slope.toFixed(1)} KiB a round over ${rounds} rounds`;
  const heap = slope * rounds > limits.heapKiB ? [`${told}, ${limits.heapKiB} KiB are the limit of all`] : [];
  return [...heap, ...(["descriptors", "watches", "children"] as const).flatMap((of) => risen(warm, of))];
}

/** A count that is higher at the end throughout than it ever was in the beginning. */
function risen(samples: readonly Sample[], of: "descriptors" | "watches" | "children"): readonly string[] {
  const most = Math.max(...samples.slice(0, AT_EACH_END).map((sample) => sample[of]));
  const least = Math.min(...samples.slice(-AT_EACH_END).map((sample) => sample[of]));
  return least > most ? [`${of}: at most ${most} in the beginning, at least ${least} in the end`] : [];
}

/**
 * Slope of a line through points: the median of the slopes between all pairs (Theil 1950, Sen 1968), which single
 * points that are far off do not change.
 */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const slopes = points.flatMap(([x, y], i) =>
    points.slice(i + 1).flatMap(([x2, y2]) => (x2 === x ? [] : [(y2 - y) / (x2 - x)])),
  );
  slopes.sort((a, b) => a - b);
  const middle = Math.floor(slopes.length / 2);
  const [low, high] = [slopes[slopes.length % 2 === 0 ? middle - 1 : middle], slopes[middle]];
  return low === undefined || high === undefined ? 0 : (low + high) / 2;
}

/** Counts that are above what is kept of each; what has no limit counts too. */
export function beyond(
  counts: Readonly<Record<string, number>>,
  limits: Readonly<Record<string, number>>,
): readonly string[] {
  return Object.entries(counts).flatMap(([what, count]) => {
    const limit = limits[what];
    if (limit === undefined) return [`${what}: ${count}, and nobody knows how many may be there`];
    return count > limit ? [`${what}: ${count}, of which ${limit} are kept`] : [];
  });
}
