import { type Duration, milliseconds } from "../../src/base/duration.ts";
import { between, type Instant } from "../../src/base/instant.ts";
import type { Answers, VersionFigures } from "../lab/load/answers.ts";
import { lawsBroken, renderBreach, sharesOf } from "../lab/observer/laws.ts";
import type { Sighting } from "../lab/observer/sighting.ts";
import { SHOP, STOREFRONT } from "../lab/shop.ts";
import { BAD, CHAPTERS, type Chapter } from "./chapters.ts";

/** What was measured of one release. */
export interface ChapterFigures {
  readonly release: string;
  readonly phase: string;
  readonly slot: string;
  readonly shares: readonly number[];
  /** Time spent in each phase. */
  readonly phases: Readonly<Record<string, Duration>>;
  readonly total: Duration;
  readonly requests: number;
  readonly lost: number;
}

export interface Exposure {
  readonly time: Duration;
  /** Part of it from the first answer until the revert stood in the route, as the observer saw it. */
  readonly untilRevert: Duration;
  readonly requests: number;
  readonly failures: number;
}

export interface DemoFigures {
  readonly chapters: readonly ChapterFigures[];
  /** From the first to the last answer of the bad version. */
  readonly exposure: Exposure;
  readonly requests: number;
  readonly lost: number;
  readonly causes: Readonly<Record<string, number>>;
  readonly p50: Duration;
  readonly p99: Duration;
  readonly breaches: readonly string[];
}

/** Of a single run, in which luck has its part. The figure to reach, 1 s, is a median of nine and is held by `make bench`. */
const LONGEST_EXPOSURE = milliseconds(2_000);

/** Figures of a release between two times. */
export function measureChapter(
  chapter: Chapter,
  log: readonly Sighting[],
  answers: Answers,
  window: { readonly from: Instant; readonly to: Instant },
): ChapterFigures {
  const own = log.filter(({ at }) => at >= window.from && at <= window.to);
  const seen = own.filter((s) => s.kind === "release" && s.name === chapter.release);
  const phases: Record<string, Duration> = {};
  for (const [i, sighting] of seen.entries()) {
    if (sighting.kind !== "release") continue;
    const next = seen[i + 1];
    const spent = next === undefined ? 0 : between(sighting.at, next.at);
    phases[sighting.phase] = milliseconds((phases[sighting.phase] ?? 0) + spent);
  }
  const last = seen.at(-1);
  const { requests, lost } = answers.figures(window, BAD);
  const shares = sharesOf(own, `${SHOP}-${chapter.slot}`);
  return {
    release: chapter.release,
    phase: last?.kind === "release" ? last.phase : "none",
    slot: chapter.slot,
    // The share that it had before the first write of the release is 0 by the rules of the adapter.
    shares: shares[0] === 0 ? shares : [0, ...shares],
    phases,
    total: seen[0] === undefined || last === undefined ? milliseconds(0) : between(seen[0].at, last.at),
    requests,
    lost,
  };
}

/** Figures of the whole demo. */
export function measureDemo(
  chapters: readonly ChapterFigures[],
  log: readonly Sighting[],
  answers: Answers,
  end: Instant,
): DemoFigures {
  const { requests, lost, causes, versions, p50, p99 } = answers.figures({}, BAD);
  const bad = versions.find(({ version }) => version === BAD);
  return {
    chapters,
    exposure: exposureOf(bad, log),
    requests,
    lost,
    causes,
    p50,
    p99,
    breaches: lawsBroken(log, { plan: SHOP, adopted: STOREFRONT }, end).map(renderBreach),
  };
}

function exposureOf(bad: VersionFigures | undefined, log: readonly Sighting[]): Exposure {
  if (bad === undefined)
    return { time: milliseconds(0), untilRevert: milliseconds(0), requests: 0, failures: 0 };
  const slot = CHAPTERS.find(({ version }) => version === BAD)?.slot;
  const back = log.find((s) => s.kind === "route" && s.at > bad.first && s.shares[`${SHOP}-${slot}`] === 0);
  return {
    time: between(bad.first, bad.last),
    untilRevert: between(bad.first, back?.at ?? bad.last),
    requests: bad.answers,
    failures: bad.failures,
  };
}

/** Expectations that were not met; empty when all is well. */
export function unmet(figures: DemoFigures, expected: readonly Chapter[]): readonly string[] {
  const found: string[] = [];
  for (const chapter of expected) {
    const seen = figures.chapters.find(({ release }) => release === chapter.release);
    if (seen?.phase !== chapter.phase)
      found.push(`${chapter.release} is ${seen?.phase ?? "missing"}, not ${chapter.phase}`);
    if (seen !== undefined && seen.shares.join() !== chapter.shares.join())
      found.push(`${chapter.release} had ${seen.shares.join(" → ")} %, not ${chapter.shares.join(" → ")} %`);
  }
  const { exposure, lost, causes } = figures;
  if (exposure.failures === 0) found.push(`${BAD} never failed a request: the demo shows nothing`);
  if (exposure.time > LONGEST_EXPOSURE)
    found.push(`${BAD} answered for ${exposure.time.toFixed(0)} ms, longer than ${LONGEST_EXPOSURE} ms`);
  if (lost > 0) found.push(`${lost} requests were lost: ${JSON.stringify(causes)}`);
  return [...found, ...figures.breaches];
}

/** The table at the end. */
export function renderFigures(figures: DemoFigures): string {
  const { exposure, requests, lost, p50, p99 } = figures;
  const head = [
    "release",
    "slot",
    "result",
    "shares",
    "preparing",
    "shifting",
    "observing",
    "total",
    "requests",
    "lost",
  ];
  const rows = figures.chapters.map((c) => [
    c.release,
    c.slot,
    c.phase,
    `${c.shares.join(" → ")} %`,
    inSeconds(c.phases.Preparing),
    inSeconds(c.phases.Shifting),
    inSeconds(c.phases.Observing ?? c.phases.Reverting),
    inSeconds(c.total),
    String(c.requests),
    String(c.lost),
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [
    "",
    ...lines,
    "",
    `${BAD} at 20 %, first to last answer   ${inSeconds(exposure.time)}, ${exposure.requests} requests, ${exposure.failures} of them failed`,
    `  of that, until the revert was seen  ${inSeconds(exposure.untilRevert)}`,
    `requests of the client outside       ${requests}`,
    `lost (${BAD}'s own failures apart)       ${lost}`,
    `latency                              p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
    "",
  ].join("\n");
}

/** Observing of a release that is taken back is the time of taking it back. */
const inSeconds = (time: Duration | undefined): string =>
  time === undefined ? "–" : `${(time / 1_000).toFixed(2)} s`;
