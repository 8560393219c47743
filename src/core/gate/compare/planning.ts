/**
 * What a comparison can see: the growth of its evidence under an effect, the time that takes, and the smallest
 * effect that could have been seen in a given time. Growth is a relative entropy, as for every likelihood ratio
 * (Wald 1945): its mean per request is what the true shares gain over the nearest shares with the null's odds ratio.
 */
import { type Duration, milliseconds } from "../../../base/duration.ts";
import { RATIOS } from "./evidence.ts";

/** The traffic that a comparison meets, and how it is set up. */
export interface Conditions {
  /** Requests a second of both sides. */
  readonly candidate: number;
  readonly live: number;
  /** Share of events on the live side. */
  readonly share: number;
  /** Odds ratio up to which the candidate counts as no worse. */
  readonly tolerated: number;
  /** Chance of a false alarm that this process may spend. */
  readonly alpha: number;
  /** Dispersion, at least 1. */
  readonly dispersion: number;
  /** Length of one window. */
  readonly window: Duration;
}

/** Times the mean time to detect that gives the smallest effect to be seen a power of about 80 %. */
export const POWER_FACTOR = 1.5;
const LARGEST_ODDS = 1e6;
const BISECTIONS = 60;

/** Share of events with an odds ratio to another share. */
export function shareAt(odds: number, share: number): number {
  const scaled = (odds * share) / (1 - share);
  return scaled === Number.POSITIVE_INFINITY ? 1 : scaled / (1 + scaled);
}

/** A share after a rise. No share rises above everything: half of the way there is asked at most. */
export const raisedBy = (rise: number, share: number): number => Math.min(share + rise, (1 + share) / 2);

export const oddsRatio = (share: number, base: number): number => (share * (1 - base)) / ((1 - share) * base);

/** Shares of both sides with a given odds ratio under which as many events come in as `events` a second. */
export function sharesFor(
  odds: number,
  events: number,
  { candidate, live }: Pick<Conditions, "candidate" | "live">,
): { readonly candidate: number; readonly live: number } {
  const mean = events / (candidate + live);
  if (Math.abs(odds - 1) < 1e-12) return { candidate: mean, live: mean };
  const a = live * (odds - 1);
  const b = candidate * odds + live - events * (odds - 1);
  // The root of a s² + b s - events in the form that does not cancel for either sign of b.
  const root = Math.sqrt(b * b + 4 * a * events);
  const share = b >= 0 ? (2 * events) / (b + root) : (root - b) / (2 * a);
  return { candidate: (odds * share) / (1 + (odds - 1) * share), live: share };
}

/** Growth of the best alternative's log evidence a second when the true odds ratio is `odds`. */
export function growth(odds: number, conditions: Conditions): number {
  const { candidate, live, share, tolerated } = conditions;
  const truth = { candidate: shareAt(odds, share), live: share };
  const events = candidate * truth.candidate + live * truth.live;
  const atNull = sharesFor(tolerated, events, conditions);
  const gains = RATIOS.map((ratio) => {
    const at = sharesFor(tolerated * ratio, events, conditions);
    return (
      candidate * gain(truth.candidate, at.candidate, atNull.candidate) +
      live * gain(truth.live, at.live, atNull.live)
    );
  });
  return gains.reduce((a, b) => Math.max(a, b));
}

/** Mean log likelihood ratio of a request with share `truth`; a term that never occurs counts nothing. */
function gain(truth: number, alternative: number, base: number): number {
  const term = (part: number, log: number): number => (part === 0 ? 0 : part * log);
  return (
    term(truth, Math.log(alternative / base)) + term(1 - truth, Math.log1p(-alternative) - Math.log1p(-base))
  );
}

/** Mean time in milliseconds until harm is shown; infinite where it never is. */
export function timeToDetect(odds: number, conditions: Conditions): number {
  const { dispersion, alpha, window, candidate, live } = conditions;
  if (candidate <= 0 || live <= 0) return Number.POSITIVE_INFINITY;
  const rate = growth(odds, conditions);
  if (!(rate > 0)) return Number.POSITIVE_INFINITY;
  const needed = dispersion * (Math.log(1 / alpha) + Math.log(RATIOS.length));
  return Math.max(window, (needed / rate) * 1_000 + window / 2);
}

/** Whether a rise of the live share by `rise` would have been shown within `time`, with a power of about 80 %. */
export function couldShow(rise: number, time: Duration, conditions: Conditions): boolean {
  const needed = timeNeeded(rise, conditions);
  return needed !== undefined && needed <= time;
}

/** The smallest rise of the share that would have been shown within `time`; undefined when none would. */
export function smallestRise(time: Duration, conditions: Conditions): number | undefined {
  const odds = smallestOdds(time, conditions, POWER_FACTOR);
  return odds === undefined ? undefined : shareAt(odds, conditions.share) - conditions.share;
}

/** The smallest odds ratio of which `factor` times the time to detect is at most `time`. */
export function smallestOdds(time: Duration, conditions: Conditions, factor: number): number | undefined {
  const seen = (log: number): boolean => factor * timeToDetect(Math.exp(log), conditions) <= time;
  let low = Math.log(conditions.tolerated);
  let high = Math.log(LARGEST_ODDS);
  if (!seen(high)) return undefined;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (seen(middle)) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/** Time after which a rise by `rise` would be shown with a power of about 80 %; undefined for never. */
export function timeNeeded(rise: number, conditions: Conditions): Duration | undefined {
  const { share } = conditions;
  const time = POWER_FACTOR * timeToDetect(oddsRatio(raisedBy(rise, share), share), conditions);
  return Number.isFinite(time) ? milliseconds(time) : undefined;
}
