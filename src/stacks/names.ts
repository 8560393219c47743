import { createHash } from "node:crypto";

/** Which part of a plan a stack makes. */
export type StackPart = "blue" | "green" | "entry" | "shared";

/** Name of the one Pulumi project that all stacks belong to. */
export const PROJECT = "bascule";

/** Labels of every object that a stack makes. */
export const LABEL = {
  managedBy: "app.kubernetes.io/managed-by",
  // "part-of" because nobody selects by it: a common label such as `app` would put the slot's pods
  // behind the Services that users have already.
  partOf: "app.kubernetes.io/part-of",
  plan: "bascule.dev/plan",
  slot: "bascule.dev/slot",
  release: "bascule.dev/release",
  /** On an object with a content-hashed name: `previous` keeps the former one until the next apply. */
  keep: "bascule.dev/keep",
  /** On an autoscaler: the floor that the program declares; what stands in `minReplicas` is the controller's business. */
  declaredFloor: "bascule.dev/declared-floor",
} as const;

export const MANAGED_BY = "bascule";

/** Field manager of a stack's server-side applies. Constant, so that a lost state meets its own fields again. */
export const managerOf = (part: StackPart): string => `bascule-stack-${part}`;

/** Labels by which an object is known to belong to a stack. */
export const ownerLabels = (plan: string, part: StackPart): Readonly<Record<string, string>> => ({
  [LABEL.managedBy]: MANAGED_BY,
  [LABEL.plan]: plan,
  [LABEL.slot]: part,
});

/** Labels that a pod of a slot keeps for ever; the only ones in selectors. */
export const selectorLabels = (plan: string, slot: string): Readonly<Record<string, string>> => ({
  [LABEL.plan]: plan,
  [LABEL.slot]: slot,
});

const LONGEST_STACK = 100;

/** Pulumi's name of a stack: the port's own, or a shortened one with a hash where that is over 100 characters. */
export function pulumiStackName(stack: string): string {
  if (stack.length <= LONGEST_STACK) return stack;
  const hash = createHash("sha256").update(stack).digest("hex").slice(0, 12);
  return `${stack.slice(0, LONGEST_STACK - 13)}-${hash}`;
}

const STACK = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?\.[a-z0-9]([-a-z0-9]*[a-z0-9])?\.(blue|green|entry|shared)$/;

/** Whether a text has the form `<namespace>.<plan>.<part>`; it becomes part of paths. */
export const isStackName = (stack: string): boolean => stack.length <= 200 && STACK.test(stack);
