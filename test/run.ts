import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureOpenssl } from "./cluster/bare/debian.ts";
import { environmentOf } from "./cluster/environment.ts";
import {
  type Cluster,
  ClusterError,
  type ClusterName,
  clusterDown,
  clusterUp,
  readClusterName,
} from "./cluster/index.ts";
import { createProgress } from "./cluster/lib/progress.ts";
import { closingLines, readTally } from "./tally.ts";

/**
 * Runs test suites one after the other and ends with `N passed, N failed` over all of them. The suites that
 * need them get local clusters; a suite that can't be run at all counts as a failure.
 */
const SUITES = ["lint", "unit", "api", "e2e", "in-cluster"] as const;
type Suite = (typeof SUITES)[number];

/** `in-cluster`: those end-to-end tests that can have either have the controller as it is installed, in pods. */
const ARGUMENTS: Readonly<Record<Exclude<Suite, "lint">, readonly string[]>> = {
  unit: ["--project", "unit"],
  api: ["--project", "api"],
  // What the controller asked for in this run is held against its roles at the end.
  e2e: ["--project", "e2e", "--project", "rights"],
  "in-cluster": ["--project", "e2e", "test/e2e"],
};

/**
 * Two clusters: most of a test on one of them is waiting, and what one file does to its cluster (it ends the API
 * server, for instance) is nothing to the other. BASCULE_CLUSTER chooses one alone, BASCULE_CLUSTERS any number.
 */
const clusterNames = (): readonly ClusterName[] =>
  (process.env.BASCULE_CLUSTERS ?? process.env.BASCULE_CLUSTER ?? "test,faults")
    .split(",")
    .map(readClusterName);

/** The sum over the suites as they end. */
interface Total {
  passed: number;
  readonly failures: string[];
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((n) => !(SUITES as readonly string[]).includes(n));
  if (unknown.length > 0 || names.length === 0) {
    process.stderr.write(`usage: run.ts ${SUITES.join("|")} …\n`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "bascule-test-"));
  const total: Total = { passed: 0, failures: [] };
  try {
    for (const suite of names as readonly Suite[]) await runSuite(suite, join(folder, suite), total);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    // At home the cluster stays for the next run; CI leaves nothing behind.
    if (process.env.CI === "true") for (const name of clusterNames()) await clusterDown(name);
  }
  process.stdout.write(closingLines(total));
  return total.failures.length === 0 && total.passed > 0 ? 0 : 1;
}

async function runSuite(suite: Suite, tallyFile: string, total: Total): Promise<void> {
  const started = performance.now();
  process.stdout.write(`\n== ${suite}\n`);
  if (suite === "lint") {
    const code = run("make", ["--no-print-directory", "lint"], {});
    if (code === 0) total.passed += 1;
    else total.failures.push("make lint");
  } else {
    const env = await (suite === "unit" ? unitEnvironment() : clusterEnvironment());
    const code = run("vitest", ["run", ...ARGUMENTS[suite]], {
      ...env,
      ...(suite === "in-cluster" ? { BASCULE_CONTROLLER: "pod" } : {}),
      BASCULE_TEST_TALLY: tallyFile,
      BASCULE_RIGHTS_SINCE: new Date().toISOString(),
    });
    const { passed, failures } = readTally(tallyFile) ?? { passed: 0, failures: [] };
    total.passed += passed;
    total.failures.push(...failures);
    // A run that fails without saying which test is a failure all the same.
    if (code !== 0 && failures.length === 0) total.failures.push(`${suite}: ended with ${code}`);
  }
  process.stdout.write(`== ${suite}: ${Math.round((performance.now() - started) / 1_000)} s\n`);
}

async function unitEnvironment(): Promise<Readonly<Record<string, string>>> {
  await ensureOpenssl(createProgress(process.stderr));
  return {};
}

/** Starts the clusters that don't run yet; the first one's variables are for what knows of one cluster only. */
async function clusterEnvironment(): Promise<Readonly<Record<string, string>>> {
  const names = clusterNames();
  const progress = createProgress(process.stderr);
  const clusters: Cluster[] = [];
  for (const name of names) clusters.push(await clusterUp({ name, keep: true, progress }));
  const first = clusters[0] as Cluster; // a name too few is refused above
  return {
    ...environmentOf(first),
    BASCULE_CLUSTERS: names.join(","),
    PATH: `${first.programs.path}:${process.env.PATH ?? ""}`,
  };
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>): number {
  const child = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
  return child.status ?? 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof ClusterError ? error.message : String(error)}\n`);
    process.stdout.write("\n0 passed, 1 failed\n");
    process.exit(1);
  },
);
