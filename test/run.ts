import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterError, clusterDown, clusterUp, readClusterName } from "./cluster/index.ts";

/**
 * Runs test suites one after the other and ends with `N passed, N failed` over all of them. The suites that
 * need it get the local cluster; a suite that can't be run at all counts as a failure.
 */
const SUITES = ["lint", "unit", "api", "e2e"] as const;
type Suite = (typeof SUITES)[number];

const CLUSTER = process.env.BASCULE_CLUSTER ?? "test";

interface Tally {
  passed: number;
  failed: number;
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((n) => !(SUITES as readonly string[]).includes(n));
  if (unknown.length > 0 || names.length === 0) {
    process.stderr.write(`usage: run.ts ${SUITES.join("|")} …\n`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "bascule-test-"));
  const total: Tally = { passed: 0, failed: 0 };
  try {
    for (const suite of names as readonly Suite[]) await runSuite(suite, join(folder, suite), total);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    // At home the cluster stays for the next run; CI leaves nothing behind.
    if (process.env.CI === "true") await clusterDown(readClusterName(CLUSTER));
  }
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

async function runSuite(suite: Suite, tallyFile: string, total: Tally): Promise<void> {
  const started = performance.now();
  process.stdout.write(`\n== ${suite}\n`);
  if (suite === "lint") {
    const code = run("make", ["--no-print-directory", "lint"], {});
    total[code === 0 ? "passed" : "failed"] += 1;
  } else {
    const env = suite === "unit" ? {} : await clusterEnvironment();
    const code = run("vitest", ["run", "--project", suite], { ...env, BASCULE_TEST_TALLY: tallyFile });
    const tally = readTally(tallyFile);
    total.passed += tally.passed;
    // A run that fails without saying which test is a failure all the same.
    total.failed += code !== 0 && tally.failed === 0 ? 1 : tally.failed;
  }
  process.stdout.write(`== ${suite}: ${Math.round((performance.now() - started) / 1_000)} s\n`);
}

async function clusterEnvironment(): Promise<Record<string, string>> {
  const cluster = await clusterUp({ name: readClusterName(CLUSTER), keep: true });
  return {
    BASCULE_CLUSTER: CLUSTER,
    KUBECONFIG: cluster.kubeconfig,
    BASCULE_GATEWAY_URL: cluster.gatewayUrl,
    BASCULE_GATEWAY_METRICS_URL: cluster.gatewayMetricsUrl,
    BASCULE_PROMETHEUS_URL: cluster.prometheusUrl,
    BASCULE_HOST_ADDRESS: cluster.hostAddress,
    PATH: `${cluster.programs.path}:${process.env.PATH ?? ""}`,
  };
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>): number {
  const child = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
  return child.status ?? 1;
}

function readTally(file: string): Tally {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Tally;
  } catch {
    return { passed: 0, failed: 0 };
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof ClusterError ? error.message : String(error)}\n`);
    process.stdout.write("\n0 passed, 1 failed\n");
    process.exit(1);
  },
);
