/** What controller and worker say to each other over the pipe between them. JSON only. */
import type {
  EntryInput,
  SharedInput,
  SharedOutputs,
  SlotInput,
  StackChanges,
  StackDetail,
  StackErrorClass,
  StackPort,
} from "../ports/stacks.ts";
import type { Retry } from "./errors.ts";
import type { StackPart } from "./names.ts";

/** A program's folder with the digest of its files when the controller looked. */
export interface ProgramSource {
  readonly name: string;
  readonly folder: string;
  readonly digest: string;
}

/** What to make; a destroy needs no program, so that it works when the program is gone. */
export type JobTask =
  | { readonly kind: "slot"; readonly source: ProgramSource | undefined; readonly input: SlotInput }
  | {
      readonly kind: "shared";
      readonly source: ProgramSource | undefined;
      readonly input: SharedInput;
      /** Id of the change that may delete and replace. */
      readonly approved?: string;
    }
  | { readonly kind: "entry"; readonly input: EntryInput };

export interface Job {
  readonly operation: "apply" | "destroy" | "preview";
  /** Pulumi's name of the stack. */
  readonly stack: string;
  readonly part: StackPart;
  readonly task: JobTask;
  /** Kubeconfig with a short-lived token; never logged, written to a file of the operation only. */
  readonly kubeconfig: string;
  /** Folder of the stack that stays from operation to operation. */
  readonly workDir: string;
  readonly clusterScoped: readonly string[];
  readonly secretsProvider: string;
  /** Pulumi's backend for this operation; the one of the worker's environment without it. */
  readonly backend?: string;
  /** Folder of the state, for a `file://` backend; undefined with any other. */
  readonly stateDir?: string;
  /** The operation before did not end as it should: what it began is looked at before anything else. */
  readonly interrupted: boolean;
  /** Hosts whose locks are the controller's own, as a regular expression; the stack's Lease is held meanwhile. */
  readonly ownHosts: string;
  /** Milliseconds between the request to stop and the kill. */
  readonly grace: number;
}

export type JobResult =
  | {
      readonly ok: true;
      readonly changes: StackChanges;
      readonly details?: readonly StackDetail[];
      readonly outputs?: SharedOutputs;
      readonly notes: readonly string[];
    }
  /** Nothing was touched: somebody has to approve what would be done. */
  | { readonly ok: true; readonly withheld: readonly StackDetail[]; readonly notes: readonly string[] }
  | { readonly ok: false; readonly class: StackErrorClass; readonly message: string; readonly retry: Retry };

export type InspectResult =
  | { readonly ok: true; readonly ports: readonly StackPort[]; readonly shared: boolean }
  | { readonly ok: false; readonly message: string };

export type ToWorker =
  | { readonly type: "operate"; readonly job: Job }
  | {
      readonly type: "inspect";
      readonly source: ProgramSource;
      readonly values: Readonly<Record<string, unknown>>;
    }
  | { readonly type: "cancel" }
  /** The stack's Lease holds at least until this reading of the machine's monotonic clock, in milliseconds. */
  | { readonly type: "held"; readonly until: number };

export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "broken"; readonly message: string }
  | { readonly type: "operated"; readonly result: JobResult; readonly rss: number }
  | { readonly type: "inspected"; readonly result: InspectResult; readonly rss: number };

/** Exit code of a worker that ended itself, because the Lease ran out or the controller is gone. */
export const LEASE_LOST = 70;

/** The machine's monotonic clock, the same for all its processes. */
export const machineTime = (): number => Number(process.hrtime.bigint() / 1_000_000n);
