/**
 * `bascule/stack`: all that a stack program may import of Bascule. A program describes what a slot is made of;
 * when it runs, under which name and with whose rights is decided by the controller.
 */
import type { Provider } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { z } from "zod";

export type Slot = "blue" | "green";

/** What a program gets in any case. */
interface CommonInput {
  readonly namespace: string;
  /** Name of the plan; a DNS label of at most 40 characters. */
  readonly plan: string;
  /** Labels of every object; Bascule sets them by itself, also where a program forgets them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that never change while the plan lives; the only ones that may stand in a selector. */
  readonly selector: Readonly<Record<string, string>>;
  /** Provider with the rights of the plan's service account; used also where a program does not pass it. */
  readonly provider: Provider;
}

/**
 * What a program gets to build what both slots share. It outlives every release, so it knows neither release nor
 * version nor image of one: it is made from values alone, and applied when these or the program change.
 */
export type SharedInput = CommonInput;

/** What the shared part may tell the slots: names, hosts and ports. */
export type SharedOutputs = Readonly<Record<string, string | number | boolean>>;

/** The same as a program gives it: each may be known only after the apply. A secret is refused. */
export type SharedResult<S> = { readonly [K in keyof S]: Input<S[K]> };

/** What a program gets to build one slot. */
export interface SlotInput<S = SharedOutputs> extends CommonInput {
  readonly release: string;
  /** Version of the package, for people; no valid label value in general. */
  readonly version: string;
  /** Images by container name; the single image of a package is `main`. */
  readonly images: Readonly<Record<string, string>>;
  /** What `shared` returned, as it stands in the cluster; empty for a program without that part. */
  readonly shared: S;
  readonly slot: Slot;
  /** `<plan>-<slot>`: the name for objects of which a slot has one. */
  readonly name: string;
  /** Labels for pod templates: `labels` among them, so that a pod tells which release it belongs to. */
  readonly podLabels: Readonly<Record<string, string>>;
}

/** A port of the slot's pods; the first one of a program is the route's. */
export interface StackPort {
  readonly name: string;
  readonly port: number;
}

/** A workload whose pods take the traffic. Its replicas belong to the controller. */
export interface Workload {
  readonly kind: "Deployment" | "StatefulSet";
  readonly name: string;
}

export interface SlotResult {
  readonly workloads: readonly Workload[];
}

/**
 * A program as its author writes it; `V` is what the schema of its values puts out, `S` what its shared part gives.
 * Write `shared` before `slot`, so that the compiler knows `input.shared` there.
 */
export interface StackDefinition<V, S = SharedOutputs> {
  /** A DNS label; the folder has the same name. */
  readonly name: string;
  /** Schema of `spec.stack.values`. Make objects strict, so that a misspelt value is refused by name. */
  readonly values: z.ZodType<V>;
  /** Ports of the pods for these values: at least one. */
  readonly ports: (values: V) => readonly StackPort[];
  /**
   * Makes the objects of one slot, all of them before it returns (waiting for an output first would make it
   * impossible to check all objects before the first is written). An error thrown here is shown to the user.
   */
  readonly slot: (input: SlotInput<S>, values: V) => SlotResult;
  /**
   * Makes what both slots share, such as a database, and tells the slots of it. Applied before the candidate, never
   * reverted; a change that deletes or replaces something waits for a person.
   */
  readonly shared?: (input: SharedInput, values: V) => SharedResult<S>;
}

/** Marks a module's default export as a stack program of this contract. */
export const STACK_CONTRACT = "bascule.dev/stack/v1";

export interface StackProgram<V = unknown, S = SharedOutputs> extends StackDefinition<V, S> {
  readonly contract: typeof STACK_CONTRACT;
}

/** Declares a stack program; export it as the default of the folder's `index.ts`. */
export function defineStack<V, S extends SharedOutputs = SharedOutputs>(
  definition: StackDefinition<V, S>,
): StackProgram<V, S> {
  return { ...definition, contract: STACK_CONTRACT };
}
