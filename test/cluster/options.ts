import type { Duration } from "../../src/base/duration.ts";
import type { ClusterName } from "./addresses.ts";
import type { Progress } from "./lib/progress.ts";

export type Backend = "bare" | "kind";

export type UpOptions = {
  /** Chooses addresses and state folder; `bascule` by default. */
  readonly name?: ClusterName;
  /** `auto`, the default, is kind where Docker answers and bare elsewhere. */
  readonly backend?: Backend | "auto";
  /** Return the running cluster when it is healthy, instead of starting anew. */
  readonly keep?: boolean;
  /** How often Prometheus scrapes, 1 s by default. */
  readonly scrapeInterval?: Duration;
  readonly progress?: Progress;
};
