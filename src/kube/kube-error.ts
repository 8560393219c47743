import type { Duration } from "../base/duration.ts";

/** What went wrong, in the words that callers branch on. */
export type KubeErrorKind =
  | "notFound"
  | "alreadyExists"
  | "conflict"
  | "invalid"
  | "forbidden"
  | "unauthorized"
  | "gone"
  | "tooManyRequests"
  | "unsupported"
  | "tooLarge"
  | "malformed"
  | "credentials"
  | "unreachable"
  | "timeout"
  | "aborted"
  | "fenced"
  | "server";

/** `soon`: read again and retry with back-off; `later`: when something outside changed; `never`: the request is wrong. */
export type Retry = "soon" | "later" | "never";

/** One field that the API server objected to. */
export interface FieldCause {
  readonly field: string;
  readonly reason: string;
  readonly message: string;
}

/** A field of a server-side apply that somebody else owns. */
export interface FieldConflict {
  readonly field: string;
  readonly manager: string;
}

const RETRY: Readonly<Record<KubeErrorKind, Retry>> = {
  notFound: "later",
  alreadyExists: "never",
  conflict: "soon",
  invalid: "never",
  forbidden: "later",
  unauthorized: "later",
  gone: "soon",
  tooManyRequests: "soon",
  unsupported: "never",
  tooLarge: "never",
  malformed: "later",
  credentials: "later",
  unreachable: "soon",
  timeout: "soon",
  aborted: "never",
  fenced: "never",
  server: "soon",
};

export interface KubeErrorFields {
  readonly kind: KubeErrorKind;
  readonly message: string;
  /** HTTP status; 0 when there was no answer. */
  readonly code?: number;
  /** `reason` of the Status object; empty without one. */
  readonly reason?: string;
  readonly retryAfter?: Duration | undefined;
  readonly causes?: readonly FieldCause[];
  readonly conflicts?: readonly FieldConflict[];
  readonly cause?: unknown;
}

/** An answer that was no success, as a value. Its texts never hold a header or a token. */
export class KubeError extends Error {
  override readonly name = "KubeError";
  readonly kind: KubeErrorKind;
  readonly code: number;
  readonly reason: string;
  readonly retry: Retry;
  /** The wait that the server asked for. */
  readonly retryAfter: Duration | undefined;
  readonly causes: readonly FieldCause[];
  /** Filled for a refused server-side apply: which fields, and whose they are. */
  readonly conflicts: readonly FieldConflict[];

  constructor(fields: KubeErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.kind = fields.kind;
    this.code = fields.code ?? 0;
    this.reason = fields.reason ?? "";
    this.retry = RETRY[fields.kind];
    this.retryAfter = fields.retryAfter;
    this.causes = fields.causes ?? [];
    this.conflicts = fields.conflicts ?? [];
  }
}

/** Whether the same request may be sent again as it is, shortly after. */
export const isTransient = (error: KubeError): boolean =>
  error.kind === "unreachable" || error.kind === "tooManyRequests" || error.kind === "server";
