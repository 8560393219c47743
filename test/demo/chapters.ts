import type { PlanChoice } from "../lab/shop.ts";

/** A release of the demo and what is expected of it. */
export interface Chapter {
  readonly release: string;
  readonly version: string;
  readonly title: string;
  readonly strategy: PlanChoice["strategy"];
  readonly slot: "blue" | "green";
  readonly phase: "Completed" | "Reverted";
  /** Shares of the candidate, one after the other, as the route says. */
  readonly shares: readonly number[];
}

const canary = (...weights: readonly number[]): PlanChoice["strategy"] => ({
  canary: { steps: weights.map((weight) => ({ weight, hold: "6s" })) },
});

/** Version that fails 30 % of its requests. */
export const BAD = "v4";

export const CHAPTERS: readonly Chapter[] = [
  {
    release: "shop-v1",
    version: "v1",
    title: "v1 over the team's own Deployment: its route is adopted, its Service is the way back",
    strategy: { direct: {} },
    slot: "blue",
    phase: "Completed",
    shares: [0, 100],
  },
  {
    release: "shop-v2",
    version: "v2",
    title: "v2 as a canary: 20 %, 50 %, 100 %",
    strategy: canary(20, 50),
    slot: "green",
    phase: "Completed",
    shares: [0, 20, 50, 100],
  },
  {
    release: "shop-v3",
    version: "v3",
    title: "v3 blue/green: tested at 0 %, then switched at once",
    strategy: { blueGreen: {} },
    slot: "blue",
    phase: "Completed",
    shares: [0, 100],
  },
  {
    release: "shop-v4",
    version: BAD,
    title: "v4 as a canary: it fails 30 % of its requests and is taken back",
    strategy: canary(20, 50),
    slot: "green",
    phase: "Reverted",
    shares: [0, 20, 0],
  },
];
