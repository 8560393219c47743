import { renderBytes } from "../../../base/quantity.ts";
import { percent } from "../share-text.ts";
import { type LoadFigures, PERCENTILE_NAMES, PERCENTILES } from "./figures.ts";

/** What a load has measured, as a table of text. */
export function renderTable(figures: LoadFigures): string {
  const { due, planned, answered, failed, failures, bytes, elapsed, latency, lateness, measured } = figures;
  const rate = elapsed === 0 ? 0 : (answered / elapsed) * 1_000;
  const kinds = Object.entries(failures).map(([kind, count]) => `  ${count} ${kind}`);
  return [
    `requests ${due} of ${planned}, answers ${answered} (${rate.toFixed(1)}/s), errors ${failed} (${percent(due === 0 ? 0 : failed / due)}), ${renderBytes(bytes)}B`,
    ...kinds,
    `latency in ms of ${measured} requests from when they were due, and the generator's own part in it`,
    ...PERCENTILE_NAMES.map(
      (name) =>
        `  ${PERCENTILES[name].label.padEnd(6)}${latency[name].toFixed(1).padStart(10)}${lateness[name].toFixed(1).padStart(10)}`,
    ),
  ].join("\n");
}
