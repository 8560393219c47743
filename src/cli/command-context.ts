import type { Release } from "../api/release.ts";
import type { Duration } from "../base/duration.ts";
import type { Instant } from "../base/instant.ts";
import type { Observed } from "../core/plan/observed.ts";
import type { PodShape } from "../core/plan/stack.ts";
import type { Reports } from "../ports/reports.ts";
import type { StackStateAdmin } from "../ports/stack-states.ts";
import type { Cluster, GlobalOptions } from "./cluster.ts";
import type { InstalledProgram } from "./install/programs.ts";
import type { Manifest } from "./install/render.ts";
import type { Terminal } from "./terminal.ts";
import type { ComparedMetric, PresentCounts } from "./traffic-forecast.ts";

/** What the entry gives to the commands; everything heavy behind it is loaded when it is asked for. */
export interface CliPorts {
  connect(options: GlobalOptions): Promise<Cluster>;
  observe(request: ObserveRequest): Promise<PlanObservation>;
  presentTraffic(request: TrafficRequest): Promise<TrafficAnswer>;
  /** `most`: bytes that are read at most; default 1 MiB. */
  readText(path: string, most?: number): Promise<string>;
  /** Writes a file, and the folders above it where they are not there. */
  writeText(path: string, text: string): Promise<void>;
  reports(): Promise<Reports>;
  /** What an installation of this version consists of. */
  manifests(): Promise<readonly Manifest[]>;
  /** The stack program in a folder. */
  installedProgram(folder: string): Promise<InstalledProgram>;
  /** States that are kept in the cluster. */
  stackStates(request: StatesRequest): Promise<StackStateAdmin>;
  readonly version: string;
}

export interface StatesRequest {
  readonly cluster: Cluster;
  /** The controller's. */
  readonly namespace: string;
  /** How long a stack's Lease is waited for. */
  readonly wait: Duration;
  readonly signal: AbortSignal;
}

export interface ObserveRequest {
  readonly cluster: Cluster;
  readonly plan: string;
  /** A release that does not exist, to be looked at as if it did. */
  readonly supposed?: Release;
  /** Folders of stack programs on this machine. */
  readonly programs: readonly string[];
}

export interface TrafficRequest {
  readonly metrics: readonly ComparedMetric[];
  /** Prometheus for those that name none. */
  readonly prometheus?: string;
  readonly signal: AbortSignal;
}

export interface TrafficAnswer {
  readonly counts: PresentCounts;
  /** What could not be read, and why. */
  readonly notes: readonly string[];
}

/** What the controller would decide on, read once with the rights of the person who asks. */
export interface PlanObservation {
  readonly observed: Observed;
  readonly now: Instant;
  /** Pods of a slot of the supposed release, as its program makes them; absent where that is not known. */
  readonly pods?: readonly PodShape[];
  /** Objects of the part that its slots share, as the program makes them; absent where that is not known. */
  readonly sharedObjects?: readonly string[];
  /** NetworkPolicies of others that select the slot's pods. */
  readonly policies?: readonly string[];
  /** What could not be seen as the controller sees it, and what follows from that. */
  readonly notes: readonly string[];
}

/** Everything that one run of a command may use. */
export interface CommandContext {
  readonly ports: CliPorts;
  readonly terminal: Terminal;
  readonly options: GlobalOptions;
  /** Aborted when the person gives up. */
  readonly signal: AbortSignal;
}

/** Runs `work` on a connection that is closed afterwards, whatever happens. */
export async function withCluster<T>(
  context: CommandContext,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await context.ports.connect(context.options);
  try {
    return await work(cluster);
  } finally {
    await cluster.close();
  }
}
