import { type Instant, instant } from "../base/instant.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Sample } from "../core/gate/counter-delta.ts";

/** Why a source did not give what was asked. Texts hold no address, header or credential. */
export interface SourceProblem {
  readonly reason: string;
  readonly message: string;
}

export interface Series {
  /** Labels in a canonical order: the identity of the series. */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
}

export type Answer =
  | { readonly type: "matrix"; readonly series: readonly Series[] }
  | { readonly type: "vector"; readonly values: readonly number[] }
  | { readonly type: "scalar"; readonly at: Instant; readonly value: number };

const LONGEST_ERROR = 300;
/** Seconds: what is later is no time that could be written. */
const LATEST = 8.64e12;

const unreadable = (reason: string, message: string): Result<never, SourceProblem> =>
  err({ reason, message });
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What should be a text. `String` throws for an object that says its own `toString`. */
const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");

/** Reads the JSON of `/api/v1/query`. */
export function readAnswer(status: number, body: unknown): Result<Answer, SourceProblem> {
  const data = readData(status, body);
  if (!data.ok) return data;
  const { resultType, result } = data.value;
  if (resultType === "scalar") return readScalar(result);
  if (!Array.isArray(result)) return unreadable("NotPrometheus", "the answer has no result");
  if (resultType === "matrix") return readMatrix(result);
  if (resultType === "vector") return readVector(result);
  return unreadable(
    "WrongType",
    `the query answers with a ${textOf(resultType).slice(0, 20)}, not with numbers`,
  );
}

/** Reads the names of rules in the JSON of `/api/v1/rules`. */
export function readRuleNames(status: number, body: unknown): Result<ReadonlySet<string>, SourceProblem> {
  const data = readData(status, body);
  if (!data.ok) return data;
  const { groups } = data.value;
  if (!Array.isArray(groups)) return unreadable("NotPrometheus", "the answer has no groups of rules");
  const rules = groups.flatMap((group) => (isRecord(group) && Array.isArray(group.rules) ? group.rules : []));
  return ok(new Set(rules.flatMap((rule) => (isRecord(rule) ? [textOf(rule.name)] : []))));
}

/** The data of an answer. Warnings mean that a part of it is missing: that is no answer. */
function readData(status: number, body: unknown): Result<Readonly<Record<string, unknown>>, SourceProblem> {
  if (!isRecord(body) || (body.status !== "success" && body.status !== "error"))
    return unreadable("NotPrometheus", `the source answered ${status} without Prometheus' JSON`);
  if (body.status === "error") {
    const kind = typeof body.errorType === "string" ? body.errorType.slice(0, 40) : "error";
    const told = typeof body.error === "string" ? body.error.slice(0, LONGEST_ERROR) : "";
    return unreadable("QueryFailed", `the query failed (${kind}): ${told}`);
  }
  if (Array.isArray(body.warnings) && body.warnings.length > 0)
    return unreadable(
      "PartialAnswer",
      `the source warns: ${textOf(body.warnings[0]).slice(0, LONGEST_ERROR)}`,
    );
  return ok(isRecord(body.data) ? body.data : {});
}

function readScalar(result: unknown): Result<Answer, SourceProblem> {
  const sample = readSample(result);
  if (sample === undefined) return unreadable("NotPrometheus", "the answer's scalar can't be read");
  return ok({ type: "scalar", at: sample.at, value: sample.value });
}

function readMatrix(result: readonly unknown[]): Result<Answer, SourceProblem> {
  const series: Series[] = [];
  for (const item of result) {
    if (!isRecord(item)) return unreadable("NotPrometheus", "the answer's series can't be read");
    if (item.values === undefined && item.histograms !== undefined)
      return unreadable("NativeHistogram", NATIVE);
    if (!isRecord(item.metric) || !Array.isArray(item.values))
      return unreadable("NotPrometheus", "the answer's series can't be read");
    const samples = item.values.map(readSample);
    if (!samples.every((sample) => sample !== undefined))
      return unreadable("NotPrometheus", "the answer's samples can't be read");
    const labels = labelsOf(item.metric);
    series.push({ id: identityOf(labels), labels, samples: samples.toSorted((a, b) => a.at - b.at) });
  }
  return ok({ type: "matrix", series });
}

const NATIVE = "the selector matches native histograms; name classic counters";

function readVector(result: readonly unknown[]): Result<Answer, SourceProblem> {
  const values: number[] = [];
  for (const item of result) {
    if (isRecord(item) && item.value === undefined && item.histogram !== undefined)
      return unreadable("NativeHistogram", NATIVE);
    const sample = isRecord(item) ? readSample(item.value) : undefined;
    if (sample === undefined) return unreadable("NotPrometheus", "the answer's values can't be read");
    values.push(sample.value);
  }
  return ok({ type: "vector", values });
}

/** `[seconds, "value"]`; the text may be NaN, +Inf or -Inf. */
function readSample(value: unknown): Sample | undefined {
  if (!Array.isArray(value) || typeof value[0] !== "number" || typeof value[1] !== "string") return undefined;
  const text = value[1];
  const number =
    text === "+Inf" ? Number.POSITIVE_INFINITY : text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
  if (!(Math.abs(value[0]) <= LATEST)) return undefined;
  if (text === "" || (Number.isNaN(number) && text !== "NaN")) return undefined;
  return { at: instant(Math.round(value[0] * 1_000)), value: number };
}

const labelsOf = (metric: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(metric).map(([name, value]) => [name, textOf(value)]));

const identityOf = (metric: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1)));
