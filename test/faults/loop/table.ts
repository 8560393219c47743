/** What the loop came to, for people. */
import type { Sample } from "../../lab/soak/flat.ts";
import type { Round } from "./loop.ts";

const countBy = (names: readonly string[]): readonly (readonly [string, number])[] => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
};

const columns = (rows: readonly (readonly (string | number)[])[]): readonly string[] => {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, String(cell).length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, i) =>
        i === 0 ? String(cell).padEnd(widths[i] ?? 0) : String(cell).padStart(widths[i] ?? 0),
      )
      .join("  "),
  );
};

/** A line for a round that has ended, with what the controller holds after it. */
export const renderRound = (
  { number, flow, harm, phase, tookMs, excused, breaches }: Round,
  { heapKiB, descriptors, watches, children }: Sample,
): string =>
  [
    `${number} ${flow}, ${harm || "undisturbed"}: ${phase} in ${(tookMs / 1_000).toFixed(1)} s`,
    excused === 0 ? "" : `, ${excused} requests lost to it`,
    `; holds ${heapKiB} KiB, ${descriptors} descriptors, ${watches} watches, ${children} workers`,
    ...breaches.map((breach) => `\n    BREACH: ${breach}`),
  ].join("");

/** How releases ended, and what was done to them how often. */
export function renderRounds(rounds: readonly Round[]): string {
  const excused = rounds.reduce((sum, round) => sum + round.excused, 0);
  const breaches = rounds.reduce((sum, round) => sum + round.breaches.length, 0);
  return [
    `${rounds.length} releases, ${breaches} breaches, ${excused} requests lost to what was done`,
    ...columns(countBy(rounds.map(({ flow, phase }) => `${flow}: ${phase}`))).map((line) => `  ${line}`),
    "what was done to them",
    ...columns(countBy(rounds.map(({ harm }) => harm || "nothing"))).map((line) => `  ${line}`),
  ].join("\n");
}

/** What each life of the controller held after its first releases and at its end. */
export function renderSamples(samples: readonly Sample[]): string {
  const head = ["life", "after release", "heap KiB", "resident MiB", "descriptors", "watches", "workers"];
  const row = (life: number, s: Sample): readonly (string | number)[] => [
    ...[life, s.round, s.heapKiB, s.residentMiB, s.descriptors, s.watches, s.children],
  ];
  const lives = [...new Set(samples.map(({ pid }) => pid))];
  const rows = lives.flatMap((pid, index) => {
    const own = samples.filter((sample) => sample.pid === pid);
    const shown = own.length > 8 ? [own[0], own[3], ...own.slice(-3)] : own;
    return shown.flatMap((sample) => (sample === undefined ? [] : [row(index + 1, sample)]));
  });
  return columns([head, ...rows]).join("\n");
}

/** Counts beside what is kept. */
export const renderCounts = (
  counts: Readonly<Record<string, number>>,
  kept: Readonly<Record<string, number>>,
): string =>
  columns([
    ["left behind", "there", "at most"],
    ...Object.entries(counts).map(([what, count]) => [what, count, kept[what] ?? "?"]),
  ]).join("\n");
