import type { FrozenRelease } from "../../api/frozen.ts";
import type { Release } from "../../api/release.ts";
import type { Live } from "../../api/release-plan.ts";
import { freeze } from "./freeze.ts";
import { adoptedBackend } from "./live.ts";
import type { Observed } from "./observed.ts";

/** Freezes a release over a live side with what was observed; undefined as long as a part of it is not known. */
export function compileRelease(observed: Observed, release: Release, live: Live): FrozenRelease | undefined {
  const { plan, checks, adoption } = observed;
  const program = observed.programs[release.metadata.name];
  if (program?.ok !== true || !checks.ok || adoption.some((a) => !a.ok)) return undefined;
  const adopted = adoptedBackend(observed);
  return freeze({
    plan,
    release,
    live,
    program,
    checks: checks.checks,
    adoption,
    ...(adopted === undefined ? {} : { adopted }),
  });
}
