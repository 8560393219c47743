import { aborted, liveAccepted, revertAsked } from "./commands.ts";
import { foreignEdit } from "./foreign-edit.ts";
import { paused } from "./holds.ts";
import { candidateLost, deleted, gateFailed, revertedOnRoute, superseded } from "./losses.ts";
import { newerForm } from "./newer-form.ts";
import { reverting } from "./reverting.ts";
import type { Rule } from "./rule.ts";
import { step } from "./step.ts";

/** The rules of an active release, in order. The first one that speaks ends the pass. */
export const RULES: readonly Rule[] = [
  liveAccepted,
  revertedOnRoute,
  reverting,
  aborted,
  gateFailed,
  candidateLost,
  revertAsked,
  deleted,
  newerForm,
  superseded,
  foreignEdit,
  paused,
  step,
];
