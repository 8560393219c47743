import type { Instant } from "../base/instant.ts";
import type { KubeClient } from "../kube/client.ts";
import type { Clock } from "../ports/clock.ts";

/** The way into one cluster, as the person who runs the command. */
export interface Cluster {
  readonly client: KubeClient;
  /** `--namespace`, or that of the context. */
  readonly namespace: string;
  readonly server: string;
  readonly clock: Clock;
  /** The API server's time once it has answered anything, else this machine's. */
  now(): Instant;
  close(): Promise<void>;
}

/** Options that every command has. */
export interface GlobalOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly output?: OutputFormat;
  readonly color?: boolean;
}

export const OUTPUT_FORMATS = ["table", "json", "yaml"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
