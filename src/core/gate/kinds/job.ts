import type { JobCheck } from "../../../api/checks/job.ts";
import { outcomeKind } from "./outcome.ts";

/** A Job runs once; its outcome is the verdict. */
export const jobRules = outcomeKind<JobCheck>(() => "the Job succeeds");
