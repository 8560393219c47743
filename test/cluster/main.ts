/** Command line of the local cluster; see `--help` and README.md. */
import { ensurePackages } from "./bare/debian.ts";
import { type Arguments, HELP, readArguments } from "./cli/args.ts";
import { pickFacts, renderEnvironment, renderFacts } from "./cli/render.ts";
import { ClusterError, type ClusterErrorKind } from "./errors.ts";
import { ensureImages } from "./images/archive.ts";
import { clusterDown, clusterFaults, clusterUp, openCluster } from "./index.ts";
import { dockerAnswers } from "./kind/lifecycle.ts";
import { createProgress, type Progress } from "./lib/progress.ts";
import { ensurePrograms, gatewayApiCrds } from "./programs.ts";

const EXIT: Readonly<Record<ClusterErrorKind, number>> = {
  failed: 1,
  usage: 2,
  missing: 3,
  timeout: 4,
  busy: 5,
};

/** Facts go to standard output, progress to standard error. */
const print = (text: string): unknown => process.stdout.write(text);
const asJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

async function build({ backend }: Arguments, progress: Progress): Promise<void> {
  const bare = backend === "bare" || (backend === "auto" && !(await dockerAnswers()));
  if (bare) await ensurePackages(progress);
  await ensurePrograms(progress);
  await progress.step("Gateway API CRDs", gatewayApiCrds);
  if (bare) await ensureImages(progress);
}

async function status({ name, json }: Arguments): Promise<number> {
  const cluster = await openCluster(name);
  const faults = await clusterFaults(name);
  if (json) print(asJson({ ...pickFacts(cluster), healthy: faults.length === 0, faults }));
  else
    print(
      `${renderFacts(cluster)}${faults.length === 0 ? "healthy\n" : `does not answer: ${faults.join(", ")}\n`}`,
    );
  return faults.length === 0 ? 0 : 1;
}

async function runCommand(options: Arguments): Promise<number> {
  const progress = createProgress(process.stderr);
  switch (options.command) {
    case "help":
      print(HELP);
      return 0;
    case "up": {
      const cluster = await clusterUp({ ...options, progress });
      print(options.json ? asJson(pickFacts(cluster)) : renderFacts(cluster));
      return 0;
    }
    case "down":
      await progress.step(`end cluster ${options.name}`, () => clusterDown(options.name));
      return 0;
    case "status":
      return status(options);
    case "env": {
      const cluster = await openCluster(options.name);
      print(options.json ? asJson(pickFacts(cluster)) : renderEnvironment(cluster));
      return 0;
    }
    case "build":
      await build(options, progress);
      return 0;
  }
}

try {
  process.exitCode = await runCommand(readArguments(process.argv.slice(2)));
} catch (error) {
  const known = error instanceof ClusterError;
  process.stderr.write(
    `error: ${known ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = known ? EXIT[error.kind] : 1;
}
