/**
 * Time of an apply of `web-service` with a changed image, against the stock Automation API's `up()` of the same
 * program in the same run: medians of nine, taken in turns. Run: `BASCULE_CLUSTER=<name> node test/bench/stack-apply.ts`.
 * Ours holds a real Lease, asks for a real token, looks at live copies; stock does none of that.
 * Both run in a warm process. Ends with code 1 when the ratio is above the limit.
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Provider } from "@pulumi/kubernetes";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { registerStackTransformation } from "@pulumi/pulumi/runtime/index.js";
import { LABEL, ownerLabels, selectorLabels } from "../../src/stacks/names.ts";
import program from "../../stacks/web-service/index.ts";
import { values } from "../../stacks/web-service/values.ts";
import { type Bench, openBench, settle, slotRequest } from "../stacks/harness.ts";
import { median } from "./support/median.ts";

const ROUNDS = 9;
const LIMIT = 0.5;
const images = ["localhost/shop:v1", "localhost/shop:v2"] as const;
const imageOf = (round: number): string => images[round % 2 === 0 ? 0 : 1];

function makeStock(bench: Bench, image: string): void {
  registerStackTransformation(({ type, props, opts }) =>
    type.startsWith("kubernetes:")
      ? {
          opts,
          props: {
            ...props,
            metadata: { ...props.metadata, annotations: { "pulumi.com/skipAwait": "true" } },
          },
        }
      : undefined,
  );
  const provider = new Provider("cluster", { clusterIdentifier: "bench" });
  const labels = { ...ownerLabels("stock", "blue"), [LABEL.release]: image.replaceAll(/[^a-z0-9]/g, "-") };
  program.slot(
    {
      namespace: bench.namespace,
      plan: "stock",
      slot: "blue",
      release: "stock",
      version: "1.0.0",
      images: { main: image },
      shared: {},
      name: "stock-blue",
      labels,
      podLabels: labels,
      selector: selectorLabels("stock", "blue"),
      provider,
    },
    values.parse({ config: { GREETING: "hello" } }),
  );
}

/** Wall time of the stock API's `up()` alone, without selecting the stack, in milliseconds. */
async function stock(bench: Bench, round: number): Promise<number> {
  const workDir = join(bench.home, "stock");
  mkdirSync(workDir, { recursive: true });
  const { programs, kubeconfig } = bench.cluster;
  const stack = await LocalWorkspace.createOrSelectStack(
    {
      stackName: "stock",
      projectName: "stock",
      program: async () => makeStock(bench, imageOf(round)),
    },
    {
      workDir,
      envVars: {
        PATH: `${dirname(programs.pulumi)}:${dirname(programs.pulumiKubernetes)}:${process.env.PATH}`,
        KUBECONFIG: kubeconfig,
        PULUMI_HOME: join(bench.home, "stock-home"),
        PULUMI_BACKEND_URL: `file://${bench.home}/state`,
        PULUMI_CONFIG_PASSPHRASE_FILE: join(bench.home, "passphrase"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
  const start = performance.now();
  await stack.up();
  return performance.now() - start;
}

async function ours(bench: Bench, runner: ReturnType<Bench["runner"]>, round: number): Promise<number> {
  const start = performance.now();
  const request = slotRequest(bench.namespace, { image: imageOf(round), release: `shop-${round}` });
  const outcome = await settle(runner, request);
  if (outcome.state !== "succeeded") throw new Error(JSON.stringify(outcome));
  return performance.now() - start;
}

const bench = await openBench();
process.env.PATH = `${dirname(bench.cluster.programs.pulumi)}:${process.env.PATH}`;
try {
  const runner = bench.runner();
  const taken: { readonly stock: number[]; readonly ours: number[] } = { stock: [], ours: [] };
  // The first round of each makes the objects and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    const [a, b] = [await stock(bench, round), await ours(bench, runner, round)];
    if (round === 0) bench.calls();
    else {
      taken.stock.push(a);
      taken.ours.push(b);
    }
  }
  const processes = bench.calls().length / ROUNDS;
  const [stockMs, oursMs] = [median(taken.stock), median(taken.ours)].map(Math.round) as [number, number];
  const ratio = oursMs / stockMs;
  console.log(JSON.stringify({ stockMs, oursMs, ratio: Number(ratio.toFixed(3)), limit: LIMIT, processes }));
  if (!(ratio <= LIMIT) || processes !== 1) process.exitCode = 1;
} finally {
  await bench.close();
}
