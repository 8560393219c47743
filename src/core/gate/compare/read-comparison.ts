import { instant } from "../../../base/instant.ts";
import { type Comparison, type MetricEvidence, MOST_PODS } from "./comparison.ts";
import type { Dispersion } from "./dispersion.ts";
import { RATIOS } from "./evidence.ts";
import type { Counts } from "./odds-ratio-test.ts";

type Stored = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Stored =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isCount = (value: unknown): value is number => isNumber(value) && value >= 0;
const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every(isNumber);
const isCounts = (value: unknown): value is Counts =>
  isRecord(value) && isCount(value.requests) && isCount(value.events);
const isSums = (value: unknown): value is readonly number[] =>
  isNumbers(value) && value.length === RATIOS.length;

/** Reads a stored comparison. What somebody else wrote there, or an older form, is undefined: it starts afresh. */
export function readComparison(value: unknown): Comparison | undefined {
  if (!isRecord(value)) return undefined;
  const { start, until, peak, odd, pods, metrics } = value;
  if (!isNumber(start) || !isNumber(until) || !isNumber(peak) || !isCount(odd)) return undefined;
  if (!Array.isArray(pods) || pods.length > MOST_PODS || !pods.every((pod) => typeof pod === "string"))
    return undefined;
  if (!Array.isArray(metrics)) return undefined;
  const read = metrics.map(readMetric);
  if (!read.every((metric) => metric !== undefined)) return undefined;
  return { start: instant(start), until: instant(until), peak, odd, pods, metrics: read };
}

function readMetric(value: unknown): MetricEvidence | undefined {
  if (!isRecord(value)) return undefined;
  const { candidate, live, harm, safety } = value;
  const dispersion = readDispersion(value.dispersion);
  if (!isCounts(candidate) || !isCounts(live) || !isSums(harm) || !isSums(safety)) return undefined;
  return dispersion === undefined ? undefined : { candidate, live, harm, safety, dispersion };
}

function readDispersion(value: unknown): Dispersion | undefined {
  if (!isRecord(value)) return undefined;
  const { chiSquare, freedom, events, requests, observed, expected, held } = value;
  if (!isCount(chiSquare) || !isCount(freedom) || !isCount(events) || !isCount(requests)) return undefined;
  if (!isNumbers(observed) || !isNumbers(expected)) return undefined;
  if (observed.length !== expected.length || observed.length > MOST_PODS) return undefined;
  const sums = { chiSquare, freedom, events, requests, observed, expected };
  return isCounts(held) ? { ...sums, held } : sums;
}
