import type { PodSecurityCheck } from "../../../api/checks/pod-security.ts";
import { CONTROLS } from "../pod-security/index.ts";
import { outcomeKind } from "./outcome.ts";

/** Pods are examined as they are before traffic; a finding fails at once. */
export const podSecurityRules = outcomeKind<PodSecurityCheck>(({ level }) => `Pod Security level ${level}`, {
  problems: ({ except = [] }) =>
    except
      .filter((name) => !CONTROLS.some((control) => control.name === name))
      .map((name) => ({
        path: "podSecurity.except",
        message: `"${name}" is no control; use one of ${CONTROLS.map((control) => control.name).join(", ")}`,
      })),
});
