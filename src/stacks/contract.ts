/**
 * `bascule/stack`: all that a stack program may import of Bascule. A program describes what a slot is made of;
 * when it runs, under which name and with whose rights is decided by the controller.
 */
import type { Provider } from "@pulumi/kubernetes";
import type { z } from "zod";

export type Slot = "blue" | "green";

/** What a program gets to build the parts that both slots share. */
export interface SharedInput {
  readonly namespace: string;
  /** Name of the plan; a DNS label of at most 40 characters. */
  readonly plan: string;
  readonly release: string;
  /** Version of the package, for people; no valid label value in general. */
  readonly version: string;
  /** Images by container name; the single image of a package is `main`. */
  readonly images: Readonly<Record<string, string>>;
  /** Labels of every object; Bascule sets them by itself, also where a program forgets them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Provider with the rights of the plan's service account; used also where a program does not pass it. */
  readonly provider: Provider;
}

/** What a program gets to build one slot. */
export interface SlotInput extends SharedInput {
  readonly slot: Slot;
  /** `<plan>-<slot>`: the name for objects of which a slot has one. */
  readonly name: string;
  /** Labels for pod templates: `labels` among them, so that a pod tells which release it belongs to. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Labels that never change while the plan lives; the only ones that may stand in a selector. */
  readonly selector: Readonly<Record<string, string>>;
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

/** A program as its author writes it; `V` is what the schema of its values puts out. */
export interface StackDefinition<V> {
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
  readonly slot: (input: SlotInput, values: V) => SlotResult;
  /** Makes what both slots share, such as a database. Applied before the candidate, never reverted. */
  readonly shared?: (input: SharedInput, values: V) => void;
}

/** Marks a module's default export as a stack program of this contract. */
export const STACK_CONTRACT = "bascule.dev/stack/v1";

export interface StackProgram<V = unknown> extends StackDefinition<V> {
  readonly contract: typeof STACK_CONTRACT;
}

/** Declares a stack program; export it as the default of the folder's `index.ts`. */
export function defineStack<V>(definition: StackDefinition<V>): StackProgram<V> {
  return { ...definition, contract: STACK_CONTRACT };
}
