import type { ParentRef, Slot } from "../../api/release-plan.ts";
import type { Duration } from "../../base/duration.ts";

/** What the shared part tells the slots: plain names, hosts and ports; never a secret. */
export type SharedOutputs = Readonly<Record<string, string | number | boolean>>;

/** What the part that both slots share is made from; neither image nor release, which it outlives. */
export interface SharedInput {
  readonly namespace: string;
  readonly plan: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a slot's stack program gets: everything but the replicas, which the controller owns. */
export interface SlotInput {
  readonly namespace: string;
  readonly plan: string;
  readonly slot: Slot;
  readonly release: string;
  readonly version: string;
  /** Images by container name; a package's single image is `main`. */
  readonly images: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
  /** What the program's shared part gave out; absent where it has none. */
  readonly shared?: SharedOutputs;
}

/** What the entry stack makes: the Services and, if asked for, the route. */
export interface EntryInput {
  readonly namespace: string;
  readonly plan: string;
  /** Ports of the program; the first one is the route's. */
  readonly ports: readonly StackPort[];
  /** Name of the Service for callers inside the cluster; absent where the user's own has that name. */
  readonly entryService?: string;
  /** Slot that entry and preview select when they are created; the controller owns the selectors afterwards. */
  readonly initialSlot: Slot;
  /** Slot that a route made anew gives all traffic to; without one nobody serves yet and all weights are 0. */
  readonly serving?: Slot;
  readonly route?: { readonly hostnames?: readonly string[]; readonly parentRefs: readonly ParentRef[] };
}

export interface StackPort {
  readonly name: string;
  readonly port: number;
}

export type StackTask =
  | {
      readonly kind: "slot";
      readonly program: string;
      /** Digest of the program that was compiled with; another one is refused. */
      readonly digest?: string;
      readonly input: SlotInput;
    }
  /**
   * The part that both slots share. It is looked at before anything is touched; a change that deletes or replaces
   * something is withheld, unless it is the approved one.
   */
  | {
      readonly kind: "shared";
      readonly program: string;
      readonly digest?: string;
      readonly input: SharedInput;
      /** Id of the change that somebody approved. */
      readonly approved?: string;
    }
  | { readonly kind: "entry"; readonly input: EntryInput };

export interface StackRequest {
  /** Idempotency key: asking again under a key that is running or done starts nothing. */
  readonly key: string;
  /** `<namespace>.<plan>.<blue|green|entry|shared>`; one operation at a time on each. */
  readonly stack: string;
  readonly task: StackTask;
  readonly operation: "apply" | "destroy" | "preview";
  /** Service account of the plan's namespace with whose short-lived token the objects are written. */
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
  readonly deadline: Duration;
}

/** Reason classes of a failed operation (design, section 4). */
export const STACK_ERRORS = [
  "conflict",
  "locked",
  "forbidden",
  "invalid",
  "timeout",
  "unreachable",
  "cancelled",
  "bug",
] as const;
export type StackErrorClass = (typeof STACK_ERRORS)[number];

export interface StackChanges {
  readonly created: number;
  readonly updated: number;
  readonly replaced: number;
  readonly deleted: number;
  readonly same: number;
}

export type StackOutcome =
  | {
      readonly state: "running";
      /** What it waits for before it begins; absent while it works. */
      readonly waits?: string;
    }
  | {
      readonly state: "succeeded";
      readonly changes: StackChanges;
      readonly took: Duration;
      /** Of a preview, and of every operation on a shared part. */
      readonly details?: readonly StackDetail[];
      /** What a shared part told the slots; of a preview, as far as it is known beforehand. */
      readonly outputs?: SharedOutputs;
    }
  /** Nothing was touched: the shared part would change in a way that a person has to approve. */
  | { readonly state: "withheld"; readonly details: readonly StackDetail[] }
  | {
      readonly state: "failed";
      readonly class: StackErrorClass;
      /** One sentence for people; names the object, and field and manager of a conflict. */
      readonly message: string;
      readonly retry: "soon" | "later" | "never";
    };

/** One object of an operation, or of a preview. */
export interface StackDetail {
  readonly object: string;
  readonly operation: "create" | "update" | "replace" | "delete" | "same";
  readonly fields?: readonly string[];
}

/** What the containers of a pod ask for, by resource: those that stay, and those that run before them. */
export interface PodResources {
  readonly containers: readonly Readonly<Record<string, string>>[];
  readonly before: readonly Readonly<Record<string, string>>[];
}

/** The pods of one workload of a slot, as its program would make them. */
export interface PodShape {
  readonly kind: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly requests: PodResources;
  readonly limits: PodResources;
}

/** What is known of a program without running it. */
export type ProgramInfo =
  | {
      readonly ok: true;
      readonly name: string;
      readonly digest: string;
      readonly ports: readonly StackPort[];
      /** It has a part that both slots share. */
      readonly shared?: boolean;
    }
  | {
      readonly ok: false;
      readonly message: string;
      /** Nothing is known against the program: no worker answered in time, and another try may. */
      readonly retry?: true;
    };
