/** The demo; see `--help`. */
import { parseArgs } from "node:util";
import { clusterDown } from "../cluster/index.ts";
import { createProgress } from "../cluster/lib/progress.ts";
import { clockNow } from "../lab/load/load.ts";
import { CHAPTERS } from "./chapters.ts";
import { renderFigures, unmet } from "./figures.ts";
import { CLUSTER, DEMO, playDemo } from "./run.ts";
import { forgetController } from "./state.ts";
import { Timeline } from "./timeline.ts";

const HELP = `Shows Bascule on a real Kubernetes cluster of its own, under 100 requests a second.

  node test/demo/main.ts [up] [--json]   play the demo; cluster and controller stay up
  node test/demo/main.ts down            end both and remove everything

A shop that a team deployed by hand is adopted and released four times: at once, as a canary, blue/green, and with a
version that fails 30 % of its requests, which is taken back. A client outside of the controller counts every request.

  --json    the figures as JSON on standard output; the timeline goes to standard error
  --help    this text

Exit codes: 0 all expectations met, 1 one was not, or something failed, 2 wrong use.
`;

const usage = (message: string): number => {
  process.stderr.write(`error: ${message}; see --help\n`);
  return 2;
};

async function up(json: boolean): Promise<number> {
  const sink = json ? process.stderr : process.stdout;
  const timeline = new Timeline(sink, clockNow());
  const figures = await playDemo(timeline, createProgress(process.stderr));
  if (json) process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
  sink.write(renderFigures(figures));
  const missed = unmet(figures, CHAPTERS);
  for (const text of missed) sink.write(`not as expected: ${text}\n`);
  if (missed.length === 0) {
    sink.write(
      `All as expected. Cluster and controller stay; look around:\n  eval "$(node test/cluster/main.ts env --name ${CLUSTER})"; kubectl get releaseplans,releases -n ${DEMO.namespace}\n`,
    );
  }
  timeline.say("the end");
  return missed.length === 0 ? 0 : 1;
}

async function down(): Promise<number> {
  const progress = createProgress(process.stderr);
  await progress.step("end the controller", forgetController);
  await progress.step(`end cluster ${CLUSTER}`, () => clusterDown(CLUSTER));
  return 0;
}

async function main(): Promise<number> {
  const options = {
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
  const [command = "up", ...rest] = parsed.positionals;
  if (parsed.values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (rest.length > 0 || (command !== "up" && command !== "down"))
    return usage(`"${parsed.positionals.join(" ")}" is no command of the demo`);
  return command === "up" ? up(parsed.values.json) : down();
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
