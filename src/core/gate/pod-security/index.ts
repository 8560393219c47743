/**
 * The Pod Security Standards, read from a pod alone: whether it meets a level, and what it lacks. The controls are
 * those of Kubernetes 1.35, under the names that its admission gives them.
 */
import type { Pod } from "../pods/pod.ts";
import type { Control, Level } from "./control.ts";
import { hostAccess } from "./host-access.ts";
import { kernel } from "./kernel.ts";
import { privileges } from "./privileges.ts";
import { profiles } from "./profiles.ts";
import { users } from "./users.ts";
import { volumes } from "./volumes.ts";

export const CONTROLS: readonly Control[] = [
  ...hostAccess,
  ...privileges,
  ...profiles,
  ...kernel,
  ...users,
  ...volumes,
];

export interface PodViolation {
  readonly control: string;
  readonly problem: string;
}

/** At `restricted` these are asked in a stricter form of another name, and would be told twice. */
const STRICTER: Readonly<Record<string, string>> = {
  capabilities_baseline: "capabilities_restricted",
  seccompProfile_baseline: "seccompProfile_restricted",
  procMount: "procMount_restricted",
  hostPathVolumes: "restrictedVolumes",
};

/** Names of the controls that hold at a level. */
export const controlsOf = (level: Level): readonly Control[] =>
  CONTROLS.filter((control) =>
    level === "baseline" ? control.level === "baseline" : STRICTER[control.name] === undefined,
  );

/** What of a pod does not meet the level. */
export const violationsOf = (pod: Pod, level: Level): readonly PodViolation[] =>
  controlsOf(level).flatMap(({ name, problemsOf }) =>
    problemsOf(pod).map((problem) => ({ control: name, problem })),
  );
