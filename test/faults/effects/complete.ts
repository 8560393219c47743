/**
 * `make test-faults`: the fault tests, and then a kill at every boundary of every scenario, each in a run of its own.
 * With arguments only the runs that they choose.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { environmentOf } from "../../cluster/environment.ts";
import { clusterUp, readClusterName } from "../../cluster/index.ts";
import { createProgress } from "../../cluster/lib/progress.ts";
import { MOMENTS, type Moment } from "../support/order.ts";
import { openLane } from "./lane.ts";
import { Matrix } from "./matrix.ts";
import { renderResult, renderTable } from "./report.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

const USAGE = `usage: complete.ts [--scenario NAME]… [--effect PART] [--moment ${MOMENTS.join("|")}] [--json FILE]
  scenarios: ${SCENARIOS.map(({ name }) => name).join(", ")}\n`;

interface Wanted {
  readonly scenarios: readonly Scenario[];
  readonly choice: { readonly effect?: string; readonly moment?: Moment };
  readonly json?: string;
  /** Nothing was chosen: the other fault tests run as well. */
  readonly everything: boolean;
}

function readWanted(argv: readonly string[]): Wanted | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        scenario: { type: "string", multiple: true, default: [] },
        effect: { type: "string" },
        moment: { type: "string" },
        json: { type: "string" },
      },
    });
    const { scenario: names, effect, moment, json } = values;
    const known = names.every((name) => SCENARIOS.some((scenario) => scenario.name === name));
    const at = MOMENTS.find((one) => one === moment);
    if (!known || (moment !== undefined && at === undefined)) return undefined;
    return {
      scenarios: SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name)),
      choice: { ...(effect === undefined ? {} : { effect }), ...(at === undefined ? {} : { moment: at }) },
      ...(json === undefined ? {} : { json }),
      everything: names.length === 0 && effect === undefined && moment === undefined,
    };
  } catch {
    return undefined;
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const wanted = readWanted(argv);
  if (wanted === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { BASCULE_CLUSTERS, BASCULE_CLUSTER = "test" } = process.env;
  const names = (BASCULE_CLUSTERS ?? BASCULE_CLUSTER).split(",").map(readClusterName);
  const progress = createProgress(process.stderr);
  for (const name of names) await clusterUp({ name, keep: true, progress });
  const others = wanted.everything ? await runOthers(names) : 0;
  const matrix = new Matrix({
    ...wanted,
    onResult: (result, left) => process.stdout.write(`${renderResult(result)}, ${left} left\n`),
  });
  const lanes = names.map(async (name) => {
    const lane = await openLane(name);
    try {
      await matrix.work(lane);
    } finally {
      await lane.close();
    }
  });
  const ends = await Promise.allSettled(lanes);
  const { results } = matrix;
  const lost = ends.flatMap((end) => (end.status === "rejected" ? [`a lane: ${end.reason}`] : []));
  const broken = [...matrix.broken, ...lost];
  if (wanted.json !== undefined) writeFileSync(wanted.json, JSON.stringify(results, undefined, 2));
  process.stdout.write(`\n${renderTable(results)}\n${broken.map((text) => `\n${text}\n`).join("")}`);
  const breaches = results.filter(({ outcome }) => outcome === "breach").length;
  process.stdout.write(
    `\n${results.length} runs, ${breaches} breaches, ${broken.length} that could not be run\n`,
  );
  return others === 0 && breaches === 0 && broken.length === 0 && results.length > 0 ? 0 : 1;
}

/** The fault tests that `make test` has too. */
async function runOthers(names: readonly ReturnType<typeof readClusterName>[]): Promise<number> {
  const first = await clusterUp({ name: names[0] ?? readClusterName("test"), keep: true });
  const env = {
    ...process.env,
    ...environmentOf(first),
    BASCULE_CLUSTERS: names.join(","),
    BASCULE_FAULTS: "all",
    PATH: `${first.programs.path}:${process.env.PATH ?? ""}`,
  };
  const args = ["run", "--project", "e2e", "test/faults"];
  return spawnSync("vitest", args, { stdio: "inherit", env }).status ?? 1;
}

process.exit(await main(process.argv.slice(2)));
