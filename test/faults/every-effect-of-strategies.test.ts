/** A kill at any instant loses nothing and doubles nothing (law 5): at every effect of every strategy. */
import { testEveryEffect } from "./effects/every-effect.ts";
import { STRATEGIES } from "./effects/scenarios.ts";

testEveryEffect(STRATEGIES);
