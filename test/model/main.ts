/** The model check: explores small worlds, and prints the shortest way in which a law is broken. */
import { readArguments, USAGE } from "./arguments.ts";
import { type Exploration, explore, type Progress } from "./explore.ts";
import { renderPath } from "./path.ts";
import { replay } from "./replay.ts";
import type { Task } from "./suite.ts";
import { WORLDS } from "./worlds.ts";

type Asked = ReturnType<typeof readArguments>;

async function main(args: readonly string[]): Promise<number> {
  let asked: Asked;
  try {
    asked = readArguments(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return 2;
  }
  if (asked.kind === "explore") return exploreAll(asked);
  const { lines, broken } = await replay(asked.world, asked.path, { toRest: true });
  process.stdout.write(`${lines.join("\n")}\n`);
  return broken === undefined ? 0 : 1;
}

async function exploreAll({ tasks, mostStates, json }: Extract<Asked, { kind: "explore" }>): Promise<number> {
  let code = 0;
  for (const task of tasks) {
    const started = performance.now();
    const onProgress = (progress: Progress): void => showProgress(task, progress);
    const found = await explore(WORLDS[task.world], { budget: task.budget, mostStates, onProgress });
    const tookMs = Math.round(performance.now() - started);
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
    process.stdout.write(
      `${json ? renderJson(task, found, tookMs) : await renderText(task, found, tookMs)}\n`,
    );
    if (found.counterexample !== undefined) code = 1;
    else if (!found.isExhaustive && code === 0) code = 3;
  }
  return code;
}

function showProgress({ world }: Task, { states, moves, depth, open }: Progress): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\u001b[K${world}: ${states} states, ${moves} moves, depth ${depth}, ${open} open`);
}

/** As `--replay` takes it. */
const renderFound = ({ world }: Task, { counterexample }: Exploration): string =>
  `${world}: ${renderPath(counterexample?.path ?? [])}`;

function renderJson(task: Task, found: Exploration, tookMs: number): string {
  const { counterexample, ...rest } = found;
  const broken =
    counterexample === undefined ? {} : { law: counterexample.law, replay: renderFound(task, found) };
  return JSON.stringify({ world: task.world, budget: task.budget, ...rest, tookMs, ...broken });
}

async function renderText(task: Task, found: Exploration, tookMs: number): Promise<string> {
  const { world, budget } = task;
  const { states, moves, ends, depth, isExhaustive, counterexample } = found;
  const head = `${world} with ${budget.faults} faults, ${budget.commands} commands, ${budget.both} together at most`;
  const figures = `${states} states, ${moves} moves, depth ${depth}, ${ends} ends, ${(tookMs / 1_000).toFixed(1)} s`;
  if (counterexample === undefined)
    return `${head}: ${isExhaustive ? "no law is broken" : "NOT EXPLORED WHOLE"}; ${figures}`;
  const { lines } = await replay(world, counterexample.path);
  const found_ = `replay it: node test/model/main.ts --replay "${renderFound(task, found)}"`;
  return `${head}: BROKEN ${counterexample.law}; ${figures}\n${lines.join("\n")}\n${found_}`;
}

process.exitCode = await main(process.argv.slice(2));
