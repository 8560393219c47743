/** A kill at any instant loses nothing and doubles nothing (law 5): at every effect of whatever ends a release early, or takes things away. */
import { testEveryEffect } from "./effects/every-effect.ts";
import { ENDINGS } from "./effects/scenarios.ts";

testEveryEffect(ENDINGS);
