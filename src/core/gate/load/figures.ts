/** Percentiles that are told and may be limited, with the share of requests below and the requests that they take. */
export const PERCENTILES = {
  p50: { share: 0.5, label: "p50", needs: 2 },
  p90: { share: 0.9, label: "p90", needs: 10 },
  p95: { share: 0.95, label: "p95", needs: 20 },
  p99: { share: 0.99, label: "p99", needs: 100 },
  p999: { share: 0.999, label: "p99.9", needs: 1_000 },
  max: { share: 1, label: "max", needs: 1 },
} as const;
export type Percentile = keyof typeof PERCENTILES;
export const PERCENTILE_NAMES = Object.keys(PERCENTILES) as readonly Percentile[];

/** Milliseconds by percentile. */
export type Latencies = Readonly<Record<Percentile, number>>;

/** What a load has measured so far. Times in milliseconds since its start. */
export interface LoadFigures {
  readonly planned: number;
  /** Requests that were due. */
  readonly due: number;
  /** Whole answers, whatever their status. */
  readonly answered: number;
  /** Requests with an error, or without an answer. */
  readonly failed: number;
  /** How they failed, and how often. */
  readonly failures: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly elapsed: number;
  /** Time of the last answer. */
  readonly lastAnswer: number;
  /** Requests behind the latencies: the answered ones, and those that were given up. */
  readonly measured: number;
  /** From when a request was due to the end of its answer, or to when it was given up. */
  readonly latency: Latencies;
  /** From when a request was due to when the generator sent it: its own part in the latency. */
  readonly lateness: Latencies;
  /** Requests that the generator sent too late to tell anything about the target. */
  readonly late: number;
}

/** How a load came to its end. */
export type LoadEnd =
  | { readonly how: "completed" }
  | { readonly how: "targetDown"; readonly why: string }
  | { readonly how: "overloaded"; readonly why: string }
  | { readonly how: "tooManyBytes" }
  | { readonly how: "invalid"; readonly why: string }
  | { readonly how: "refused"; readonly why: string }
  | { readonly how: "gone"; readonly why: string };
