import type { Slot } from "../../api/release-plan.ts";
import { EVERYTHING, NOTHING, type Weight } from "../../base/weight.ts";

/** A side of the traffic: one of the slots, or the user's own Service. */
export type Side = Slot | "adopted";
export const SIDES = ["adopted", "blue", "green"] as const satisfies readonly Side[];

/** Share of requests by side; the shares of a split add up to everything, or to nothing where nothing is live. */
export type Split = Readonly<Partial<Record<Side, Weight>>>;

/** A Service that stands behind a side, with the port that the route uses. */
export interface Backend {
  readonly service: string;
  readonly port: number;
}
export type Backends = Readonly<Partial<Record<Side, Backend>>>;

/** Sides that a split names, in a fixed order. */
export const sidesOf = (split: Readonly<Partial<Record<Side, unknown>>>): readonly Side[] =>
  SIDES.filter((side) => split[side] !== undefined);

/** Equal as instructions: a side that is absent and one at 0 are different things. */
export const sameSplit = (a: Split, b: Split): boolean => SIDES.every((side) => a[side] === b[side]);

/** What is wrong with a split that is to be written; undefined when it may be. */
export function splitProblem(split: Split, backends: Backends): string | undefined {
  const sides = sidesOf(split);
  const sum = sides.reduce((total, side) => total + (split[side] ?? 0), 0);
  if (sum !== EVERYTHING && sum !== NOTHING) return `the shares add up to ${sum / 100} %, not 100 %`;
  const nameless = sides.find((side) => backends[side] === undefined);
  return nameless === undefined ? undefined : `no Service is known for the side "${nameless}"`;
}
