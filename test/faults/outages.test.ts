/** Other things than the controller die or fall silent in the middle of a release. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { VerificationStatus } from "../../src/api/verification.ts";
import { seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { KIND } from "../lab/kinds.ts";
import { type Bench, mark, openBench } from "./support/bench.ts";
import type { Evidence } from "./support/evidence.ts";
import { errorsBelow, HEALTH, PLAN, planObject } from "./support/plan.ts";
import { APPLYING, killMidApply, WORKER } from "./support/processes.ts";
import { refuseReports } from "./support/refusal.ts";
import { good, runRelease, runUndisturbed } from "./support/run.ts";
import { twentyInForce, twentyWritten, whenSeen } from "./support/seen.ts";

let bench: Bench;
let undisturbed: Evidence;

beforeAll(async () => {
  bench = await openBench({ verification: [HEALTH], hold: "3s" }, { rate: 60 });
  undisturbed = await runUndisturbed(bench);
});
afterAll(() => bench?.close());

test("a Pulumi worker killed in the middle of an apply: the apply is made anew and the release completes", async () => {
  const meanwhile = async (): Promise<void> => {
    expect(await killMidApply(bench.home, WORKER)).toBeGreaterThan(0);
  };
  expect(await runRelease(bench, { ...(await good(bench)), meanwhile })).toEqual(undisturbed);
});

test("a Pulumi CLI killed in the middle of an apply: its lock is removed and the release completes", async () => {
  const meanwhile = async (): Promise<void> => {
    expect(await killMidApply(bench.home, APPLYING)).toBeGreaterThan(0);
  };
  expect(await runRelease(bench, { ...(await good(bench)), meanwhile })).toEqual(undisturbed);
});

test("the API server dies during a step and comes back: the release goes on where it was", async () => {
  const apiserver = bench.cluster.component("apiserver");
  const meanwhile = async (): Promise<void> => {
    await whenSeen(bench, "20 % are in force", twentyInForce);
    await apiserver.kill();
    await apiserver.start();
  };
  expect(await runRelease(bench, { ...(await good(bench)), meanwhile, cutsObserverOff: true })).toEqual(
    undisturbed,
  );
});

test("controller and API server die together during a step: the release goes on where it was", async () => {
  const apiserver = bench.cluster.component("apiserver");
  const meanwhile = async (): Promise<void> => {
    await whenSeen(bench, "20 % are in force", twentyInForce);
    await Promise.all([bench.controller.kill(), apiserver.kill()]);
    await apiserver.start();
    await bench.controller.start();
  };
  expect(await runRelease(bench, { ...(await good(bench)), meanwhile, cutsObserverOff: true })).toEqual(
    undisturbed,
  );
});

test("the API server dies right after a shift: without the gateway's word the release is taken back, with it it goes on", async () => {
  await bench.objects.apply(
    planObject(bench.namespace, { verification: [HEALTH], hold: "3s", inForce: "20s" }),
  );
  const apiserver = bench.cluster.component("apiserver");
  const meanwhile = async (): Promise<void> => {
    await whenSeen(bench, "20 % are written", twentyWritten);
    await apiserver.kill();
    await apiserver.start();
  };
  const evidence = await runRelease(bench, {
    ...(await good(bench)),
    phase: ["Completed", "Reverted"],
    meanwhile,
    cutsObserverOff: true,
  });
  // Traefik does not repeat a status write that failed, so both ends are right; which one is the gateway's doing.
  if (evidence.phase === "Completed") expect(evidence).toEqual(undisturbed);
  else {
    expect(evidence).toMatchObject({ journalIsWhole: true, shares: [20, 0], unfinishedOperations: [] });
    expect(evidence.end).toMatchObject({ live: "former", shares: ["candidate 0", "former 100"] });
    expect(evidence.journal.at(-1)).toMatch(/^Reverting.* → Reverted.*: NotInForce$/);
  }
});

test("the gateway's report on a shift is refused, and it does not repeat it: it is made to look again, and the release completes", async () => {
  await bench.objects.apply(
    planObject(bench.namespace, { verification: [HEALTH], hold: "3s", inForce: "30s" }),
  );
  const release = await good(bench);
  const refusal = await refuseReports(bench.objects, bench.namespace, PLAN);
  const meanwhile = async (): Promise<void> => {
    await whenSeen(bench, "20 % are written", twentyWritten);
    // Traefik reports while it builds the configuration, so what it serves it has tried to report.
    const from = mark();
    const served = (): boolean => (bench.load.answers.share(release.version, { from }) ?? 0) > 0;
    await waitUntil("the gateway serves the split", served, { deadline: seconds(60) });
    await refusal.end();
  };
  try {
    expect(await runRelease(bench, { ...release, meanwhile })).toEqual(undisturbed);
  } finally {
    await refusal.end();
  }
});

test("Prometheus stops at a step: the release is held, never passed, and taken back at the deadline", async () => {
  const plan = { verification: [HEALTH, errorsBelow("5%")], hold: "3s", step: "10s" };
  await bench.objects.apply(planObject(bench.namespace, plan));
  const prometheus = bench.cluster.component("prometheus");
  let name = "";
  try {
    const evidence = await runRelease(bench, {
      ...(await good(bench)),
      phase: "Reverted",
      meanwhile: async (release) => {
        name = release;
        await whenSeen(bench, "20 % are in force", twentyInForce);
        await prometheus.stop();
      },
    });
    expect(evidence.shares).toEqual([20, 0]);
    expect(evidence.journal.slice(-2).map((entry) => entry.split(": ")[1])).toEqual([
      "Inconclusive",
      "Inconclusive",
    ]);
    expect(await goldenOf(name)).not.toBe("passed");
  } finally {
    await prometheus.start();
  }
});

/** Verdict of the metric check at 20 %. */
async function goldenOf(release: string): Promise<string> {
  const ref = { name: `${release}-weight-20`, namespace: bench.namespace };
  const { status } = await bench.objects.get(KIND.verification, ref);
  const results = (status as VerificationStatus).results ?? [];
  return results.find((r) => r.name.startsWith("golden"))?.verdict ?? "(no result)";
}
