import { completeNow } from "../rules/losses.ts";
import { candidate, move, positionOf, type Run, stepAt } from "../run.ts";

/** Stage in which a step begins. */
const FIRST_STAGE = { deploy: "apply", verify: "verify", traffic: "scale", observe: "verify" } as const;
const PHASE = {
  deploy: "Preparing",
  verify: "Preparing",
  traffic: "Shifting",
  observe: "Observing",
} as const;

/** Goes to the next step, or completes the release after the last one. */
export function nextStep(run: Run, reason: string, message: string, by?: string): void {
  const index = positionOf(run).step + 1;
  if (index >= run.frozen.steps.length) {
    const live = `${candidate(run)} is live`;
    if (reason === "Skipped") completeNow(run, reason, `${live}; ${message}`, by);
    else completeNow(run, "Completed", live, by);
    return;
  }
  const step = stepAt(run, index);
  move(run, {
    phase: PHASE[step.kind],
    step: index,
    stage: FIRST_STAGE[step.kind],
    reason,
    message,
    ...(by === undefined ? {} : { by }),
  });
}
