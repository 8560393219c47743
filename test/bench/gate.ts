/**
 * The statistical judge of the gate in virtual time, with seeded streams: false reverts, time to detection beside
 * other rules, healthy candidates that pass, cost. Every row says how it was set up; rows for which something is
 * promised say whether it is met. Run: `node test/bench/gate.ts [--json] [cost] [reverts] [detection] [passing]`,
 * with fewer runs: `BASCULE_BENCH_RUNS=200`.
 */
import { cost } from "./gate/cost.ts";
import { detection } from "./gate/detection.ts";
import { falseReverts } from "./gate/false-reverts.ts";
import { passing } from "./gate/passing.ts";
import { printer, type Row } from "./gate/report.ts";

const runs = Math.max(1, Number(process.env.BASCULE_BENCH_RUNS ?? 2_000));
const print = printer(process.argv.includes("--json"));
let missed = 0;
const note = (row: Row): void => {
  if (row.met === false) missed += 1;
  print(row);
};

const sections = {
  cost: () => cost(note),
  reverts: () => falseReverts(runs, note),
  detection: () => detection(Math.ceil(runs / 10), note),
  passing: () => passing(Math.ceil(runs / 10), note),
};
const asked = process.argv.slice(2).filter((word) => !word.startsWith("--"));
for (const [name, run] of Object.entries(sections)) if (asked.length === 0 || asked.includes(name)) run();
if (missed > 0) {
  console.error(`${missed} rows do not keep to what is promised`);
  process.exitCode = 1;
}
