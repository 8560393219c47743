import type { Live } from "../api/release-plan.ts";

/** Sides as options take them; written out here, because loading the schemas would slow every command down. */
export const LIVE_SIDES = ["none", "adopted", "blue", "green"] as const satisfies readonly Live[];
