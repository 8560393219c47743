import type { Duration } from "../base/duration.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { StackPaths } from "./environment.ts";
import type { AcquireLease } from "./lease.ts";
import type { StackStates } from "./state/stack-states.ts";

/** How the stacks report; telemetry implements it. */
export interface StackMetrics {
  /** An operation settled; `outcome` is `succeeded`, `withheld` or the class of its error. */
  operationDone(sample: {
    readonly operation: string;
    readonly outcome: string;
    readonly took: Duration;
  }): void;
}

export interface StackRunnerOptions {
  readonly clock: Clock;
  readonly log?: Log;
  readonly metrics?: StackMetrics;
  readonly paths: StackPaths;
  /** Folders of users' programs; each program is a folder in one of them. They win over built-in ones. */
  readonly programFolders?: readonly string[];
  readonly acquireLease: AcquireLease;
  /** Keeps the stacks' state, in place of a backend of Pulumi. */
  readonly states?: StackStates;
  /**
   * Kubeconfig with a short-lived token of a service account; certificates and token inline.
   * @throws Error whose message says why there is none; with `kind` of a KubeError where it has one
   */
  readonly token: (serviceAccount: { readonly namespace: string; readonly name: string }) => Promise<string>;
  /** Workers at a time; default 3. One namespace has at most all but one of them. */
  readonly workers?: number;
  readonly recycleAfter?: number;
  readonly idle?: Duration;
  /** Cluster-scoped kinds that programs may make, as `<apiVersion>/<kind>`; default none. */
  readonly clusterScoped?: readonly string[];
  /** Secrets provider of new stacks; default `passphrase`. */
  readonly secretsProvider?: string;
  /** Regular expression of host names whose stale locks are the controller's own, such as `bascule-controller-.*`. */
  readonly ownHosts?: string;
  /** Time between an orderly end and a kill; default 20 s. */
  readonly grace?: Duration;
}
