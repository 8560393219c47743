import type { Pod } from "../pods/pod.ts";
import { allScopes, type Control, containerScopes, inUserNamespace, problemsIn } from "./control.ts";

/** Controls of the user that processes run as. */
export const users: readonly Control[] = [
  {
    name: "runAsNonRoot",
    level: "restricted",
    problemsOf: (pod) => (inUserNamespace(pod) ? [] : perhapsRoot(pod)),
  },
  {
    name: "runAsUser",
    level: "restricted",
    problemsOf: (pod) =>
      inUserNamespace(pod)
        ? []
        : problemsIn(allScopes(pod), ({ runAsUser }) =>
            runAsUser === 0 ? "runAsUser must not be 0" : undefined,
          ),
  },
];

/** A container that says nothing does as the pod says. */
function perhapsRoot(pod: Pod): readonly string[] {
  const wrong = problemsIn(allScopes(pod), ({ runAsNonRoot }) =>
    runAsNonRoot === false ? "runAsNonRoot must not be false" : undefined,
  );
  if (pod.spec.securityContext?.runAsNonRoot === true) return wrong;
  return [
    ...wrong,
    ...problemsIn(containerScopes(pod), ({ runAsNonRoot }) =>
      runAsNonRoot === undefined ? "runAsNonRoot, here or of the pod, must be true" : undefined,
    ),
  ];
}
