import { instant } from "../../../src/base/instant.ts";
import type { ComparedWindow, PodCounts } from "../../../src/core/gate/compare/comparison.ts";
import type { Counts } from "../../../src/core/gate/compare/odds-ratio-test.ts";
import type { Random } from "./random.ts";

/** Traffic of one scene in virtual time. Rates are requests a second, variations squared coefficients of variation. */
export interface Scene {
  readonly window: number;
  /** Requests a second of each pod. A gateway that counts for all is one pod. */
  readonly candidate: readonly number[];
  readonly live: readonly number[];
  /** Shares of bad requests. */
  readonly candidateShare: number;
  readonly liveShare: number;
  /** Bursts of badness: common to all pods, of each pod and window, and of each pod for good. */
  readonly common?: number;
  readonly perWindow?: number;
  readonly lasting?: number;
}

/** One run of a scene, window by window. */
export function streamOf(scene: Scene, random: Random): () => ComparedWindow {
  const { common = 0, perWindow = 0, lasting = 0 } = scene;
  const pods = (rates: readonly number[], share: number) =>
    rates.map((rate, i) => ({ pod: `pod-${i}`, rate, share: share * random.factor(lasting) }));
  const sides = {
    candidate: pods(scene.candidate, scene.candidateShare),
    live: pods(scene.live, scene.liveShare),
  };
  let windows = 0;
  const count =
    (burst: number) =>
    ({ pod, rate, share }: (typeof sides.live)[number]): PodCounts => {
      const requests = random.poisson(rate * scene.window);
      const bad = Math.min(1, share * burst * random.factor(perWindow));
      return { pod, requests, events: random.binomial(requests, bad) };
    };
  return () => {
    windows += 1;
    const burst = random.factor(common);
    const candidate = sides.candidate.map(count(burst)).reduce(plus, { requests: 0, events: 0 });
    const metrics = [{ candidate, live: sides.live.map(count(burst)) }];
    return { end: instant(windows * scene.window * 1_000), metrics };
  };
}

export const plus = (a: Counts, b: Counts): Counts => ({
  requests: a.requests + b.requests,
  events: a.events + b.events,
});

/** Counts of both sides in one window. */
export const totalsOf = ({
  metrics,
}: ComparedWindow): { readonly candidate: Counts; readonly live: Counts } => ({
  candidate: metrics[0]?.candidate ?? { requests: 0, events: 0 },
  live: (metrics[0]?.live ?? []).reduce(plus, { requests: 0, events: 0 }),
});
