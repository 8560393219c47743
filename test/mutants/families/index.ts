import type { Family } from "../mutant.ts";
import { FUNCTIONAL } from "./functional.ts";
import { HTTP } from "./http.ts";
import { LOAD } from "./load.ts";
import { METRICS } from "./metrics.ts";
import { SECURITY } from "./security.ts";
import { SUPERVISION } from "./supervision.ts";

/** All families: every mutant is judged by all their checks. */
export const FAMILIES: readonly Family[] = [HTTP, FUNCTIONAL, METRICS, SUPERVISION, SECURITY, LOAD];
