import { type Duration, milliseconds, minutes, seconds } from "../base/duration.ts";
import { type FieldCause, type FieldConflict, KubeError, type KubeErrorKind } from "./kube-error.ts";

/** Longest wait that a server's Retry-After is believed. */
const LONGEST_RETRY_AFTER = minutes(5);
const LONGEST_MESSAGE = 2_000;
const MANAGER = /conflict with "([^"]*)"/;

/** The parts of `meta/v1 Status` that are read; anything may be missing, because a proxy may have answered. */
interface Status {
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly code?: unknown;
  readonly details?: { readonly retryAfterSeconds?: unknown; readonly causes?: unknown };
}

/** Makes the error of an answer from its code, its Status body if it has one, and Retry-After. */
export function readFailure(code: number, body: string, retryAfter?: Duration): KubeError {
  return readStatus(parse(body), code, retryAfter);
}

/** Makes the error of a Status object, as it also comes in the `ERROR` event of a watch. */
export function readStatus(value: unknown, httpCode?: number, retryAfter?: Duration): KubeError {
  const status: Status = typeof value === "object" && value !== null ? value : {};
  const isStatus = status.kind === "Status";
  const code = httpCode ?? (typeof status.code === "number" ? status.code : 500);
  const reason = isStatus && typeof status.reason === "string" ? status.reason : "";
  const causes = isStatus ? readCauses(status.details?.causes) : [];
  const asked = status.details?.retryAfterSeconds;
  const wait =
    retryAfter ?? (isStatus && typeof asked === "number" && asked > 0 ? bounded(seconds(asked)) : undefined);
  const told = isStatus && typeof status.message === "string" ? status.message.slice(0, LONGEST_MESSAGE) : "";
  return new KubeError({
    kind: kindOf(code, reason),
    code,
    reason,
    message: told === "" ? `the API server answered ${code} without a Status` : told,
    retryAfter: wait,
    causes,
    conflicts: readConflicts(causes),
  });
}

/** Reads Retry-After (seconds, or a date judged against the answer's own Date); at most 5 minutes. */
export function readRetryAfter(header: string | undefined, date: string | undefined): Duration | undefined {
  if (header === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(header)) return bounded(seconds(Number(header)));
  const [until, now] = [Date.parse(header), Date.parse(date ?? "")];
  return Number.isNaN(until) || Number.isNaN(now)
    ? undefined
    : bounded(milliseconds(Math.max(0, until - now)));
}

const bounded = (wait: Duration): Duration => milliseconds(Math.min(wait, LONGEST_RETRY_AFTER));

function kindOf(code: number, reason: string): KubeErrorKind {
  if (code === 409) return reason === "AlreadyExists" ? "alreadyExists" : "conflict";
  if (code === 504 || code === 408) return "server";
  const known: Readonly<Record<number, KubeErrorKind>> = {
    400: "invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "notFound",
    405: "unsupported",
    406: "unsupported",
    410: "gone",
    413: "tooLarge",
    415: "unsupported",
    422: "invalid",
    429: "tooManyRequests",
  };
  return known[code] ?? (code >= 500 ? "server" : "malformed");
}

function readCauses(value: unknown): readonly FieldCause[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 100).flatMap((cause: unknown) => {
    if (typeof cause !== "object" || cause === null) return [];
    const { field, reason, message } = cause as Record<string, unknown>;
    return [{ field: text(field), reason: text(reason), message: text(message).slice(0, LONGEST_MESSAGE) }];
  });
}

const readConflicts = (causes: readonly FieldCause[]): readonly FieldConflict[] =>
  causes
    .filter((cause) => cause.reason === "FieldManagerConflict")
    .map((cause) => ({ field: cause.field, manager: MANAGER.exec(cause.message)?.[1] ?? "" }));

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
