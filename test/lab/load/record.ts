/** One request as the client saw it; what crosses the pipe between the load's process and the test. */
export interface Shot {
  /** When it was due, in milliseconds since the epoch: late sending counts as latency. */
  readonly due: number;
  /** Milliseconds from when it was due to the last byte of the answer, or to the error. */
  readonly latency: number;
  /** 0 without an answer. */
  readonly status: number;
  /** `x-version` of the answer; empty without one. */
  readonly version: string;
  /** Code of the failure; empty with an answer. */
  readonly error: string;
}

/** What the load's process is told to do. */
export interface LoadPlan {
  readonly url: string;
  /** Host header. */
  readonly host: string;
  /** Requests a second, at constant distance, whether answers come or not. */
  readonly rate: number;
  /** One request of so many goes over a connection of its own. */
  readonly freshEvery: number;
  /** It ends by itself after so many requests, or so many milliseconds. */
  readonly maxRequests: number;
  readonly maxMilliseconds: number;
  /** Milliseconds after which a request counts as lost. */
  readonly timeout: number;
}

/** `shots`: a batch; `done`: no further shots follow. */
export type LoadMessage =
  | { readonly kind: "shots"; readonly shots: readonly Shot[] }
  | { readonly kind: "done" };
