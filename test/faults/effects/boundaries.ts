import { type Effect, keyOf, MOMENTS, type Moment } from "../support/order.ts";

/** A place at which the controller can die: an effect, and before, during or after it. */
export interface Boundary extends Effect {
  readonly moment: Moment;
}

/** Which of the boundaries are wanted; all without a choice. */
export interface Choice {
  /** Part of the effect's kind and what it is about. */
  readonly effect?: string;
  readonly moment?: Moment;
}

export const renderBoundary = (boundary: Boundary): string => `${boundary.moment} ${keyOf(boundary)}`;

/** Every boundary of what an undisturbed run has done. */
export const boundariesOf = (
  effects: readonly Effect[],
  { effect = "", moment }: Choice,
): readonly Boundary[] =>
  effects
    .filter((found) => keyOf(found).includes(effect))
    .flatMap((found) => MOMENTS.map((at) => ({ ...found, moment: at })))
    .filter((boundary) => moment === undefined || boundary.moment === moment);
