/** Which worlds are explored how far. */
import type { Budget } from "./explore.ts";
import { WORLD_NAMES, type WorldName } from "./worlds.ts";

export interface Task {
  readonly world: WorldName;
  readonly budget: Budget;
}

const one: Budget = { faults: 1, commands: 1, both: 1 };
const twoCommands: Budget = { faults: 0, commands: 2, both: 2 };

/** Small enough for every run of all tests. */
export const SMALL_SUITE: readonly Task[] = [
  { world: "direct", budget: one },
  { world: "canary", budget: { faults: 0, commands: 1, both: 1 } },
];

/** Whatever one command or one fault can do, everywhere; two commands in the smallest world. */
export const WHOLE_SUITE: readonly Task[] = [
  ...WORLD_NAMES.map((world) => ({ world, budget: one })),
  { world: "direct", budget: twoCommands },
];
