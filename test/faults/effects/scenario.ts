import type { Town } from "./town.ts";

/** Who a release is in a run; its name has the run's number as well. */
export type Role = "candidate" | "newer";

/** How a release of a run ends; `gone`: its object is deleted. */
export type End = "Completed" | "Reverted" | "Cancelled" | "Superseded" | "gone";

/** A way in which a release can go, with all that is done to it by people. */
export interface Scenario {
  readonly name: string;
  /** Laid over the plan that all scenarios have in common. */
  readonly plan: Readonly<Record<string, unknown>>;
  /** Versions that are released before, one after the other. */
  readonly prepared: readonly string[];
  /** Laid over the plan after that. */
  readonly after?: Readonly<Record<string, unknown>>;
  /** The team's own Deployment, Service and route are there before the plan. */
  readonly byHand?: boolean;
  /** A run leaves all as it found it, so that the next one can follow in its place. */
  readonly repeats: boolean;
  /** Killed at one effect after the other in `make test` too, with what it has in common with others left out for the most part. */
  readonly inBrief?: boolean;
  /** A version whose failures are its own. */
  readonly faulty?: string;
  /** Requests a second; default 20. */
  readonly rate?: number;
  /** Releases, and commands meanwhile; the ends are awaited after it. */
  drive(run: Driven): Promise<void>;
  readonly ends: Partial<Readonly<Record<Role, End>>>;
  /** What is not to be seen in the plan's status, and comes after the end. */
  settled?(town: Town): Promise<boolean>;
}

/** A run in progress, as its scenario drives it. */
export interface Driven {
  readonly town: Town;
  /** Counts the runs in this place, from 1. */
  readonly number: number;
  name(role: Role): string;
  release(role: Role, version: string, values?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Waits until a release is held for a person, at a step with traffic. */
  held(role: Role): Promise<void>;
}
