import type { Duration } from "../base/duration.ts";

/** One request to the API server. */
export interface KubeRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  /** Undefined members are left out. */
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  /** What is asked for; default `application/json`. */
  readonly accept?: string | undefined;
  /** For everything, retries included; default 15 s. */
  readonly deadline?: Duration | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Largest answer that is read; default 32 MiB. */
  readonly maxBytes?: number | undefined;
  /** Whether sending it twice does the same as once, so that it may be retried; default: GET only. */
  readonly idempotent?: boolean | undefined;
  /** At most this many attempts; default 4. */
  readonly attempts?: number | undefined;
}
