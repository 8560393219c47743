import { containersOf, type Pod, type SecurityContext } from "../pods/pod.ts";

/** The levels of the Pod Security Standards that forbid something. */
export const LEVELS = ["baseline", "restricted"] as const;
export type Level = (typeof LEVELS)[number];

/** One control of the standards: what it forbids is told by field, in words that name the remedy. */
export interface Control {
  readonly name: string;
  /** The level at which it begins to hold; `restricted` holds those of `baseline` too. */
  readonly level: Level;
  readonly problemsOf: (pod: Pod) => readonly string[];
}

/** A security context, and whose it is. */
export interface Scope {
  /** `pod`, or `container "main"`. */
  readonly of: string;
  readonly context: SecurityContext;
}

/** The security contexts of a pod's containers; absent ones are empty. */
export const containerScopes = (pod: Pod): readonly Scope[] =>
  containersOf(pod).map(({ name, securityContext }) => ({
    of: `container "${name}"`,
    context: securityContext ?? {},
  }));

/** The security context of the pod itself, and those of its containers. */
export const allScopes = (pod: Pod): readonly Scope[] => [
  { of: "pod", context: pod.spec.securityContext ?? {} },
  ...containerScopes(pod),
];

/** One problem for each scope of which `wrong` says what is wrong. */
export const problemsIn = (
  scopes: readonly Scope[],
  wrong: (context: SecurityContext) => string | undefined,
): readonly string[] =>
  scopes.flatMap(({ of, context }) => {
    const problem = wrong(context);
    return problem === undefined ? [] : [`${of}: ${problem}`];
  });

/** The API server refuses these members in pods for Windows, so that the controls about them don't ask for them. */
export const isWindows = ({ spec }: Pod): boolean => spec.os?.name === "windows";

/** In a user namespace of its own root is nobody on the node. */
export const inUserNamespace = ({ spec }: Pod): boolean => spec.hostUsers === false;
