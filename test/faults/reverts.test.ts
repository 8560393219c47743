/** A kill around a revert: traffic goes back all the same, and status follows what the route says. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, openBench } from "./support/bench.ts";
import type { Evidence } from "./support/evidence.ts";
import type { Order } from "./support/order.ts";
import { errorsBelow, HEALTH, planObject } from "./support/plan.ts";
import { renderOrder, runRelease } from "./support/run.ts";

const CHOSEN: readonly Order[] = [
  { moment: "before", kind: "revert" },
  { moment: "during", kind: "revert" },
  { moment: "after", kind: "revert" },
  { moment: "before", kind: "releaseStatus", about: "Reverting" },
  { moment: "after", kind: "releaseStatus", about: "Reverted" },
];

let bench: Bench;
let undisturbed: Evidence;
const bad = { version: "v4", phase: "Reverted", faulty: true } as const;

beforeAll(async () => {
  bench = await openBench({ verification: [HEALTH] }, { rate: 60 });
  // The first release has no traffic that could be judged; from the next one on errors count.
  const gated = { verification: [HEALTH, errorsBelow("5%")], hold: "10s" };
  await bench.objects.apply(planObject(bench.namespace, gated));
  await runRelease(bench, bad);
  undisturbed = await runRelease(bench, bad);
});
afterAll(() => bench?.close());

test("a version that fails 30 % of its requests is taken back at 20 %", () => {
  expect(undisturbed).toMatchObject({
    phase: "Reverted",
    journalIsWhole: true,
    shares: [20, 0],
    end: {
      live: "former",
      shares: ["candidate 0", "former 100"],
      entry: "former",
      deployments: ["candidate: 0 replicas", "former: 2 replicas"],
    },
    changingOperations: 1,
    unfinishedOperations: [],
  });
  expect(undisturbed.journal.at(-2)).toMatch(/^Shifting\/weight-20 → Reverting.*: GateFailed$/);
  expect(undisturbed.journal.at(-1)).toMatch(/^Reverting.* → Reverted.*: GateFailed$/);
});

for (const order of CHOSEN) {
  test(`a kill ${renderOrder(order)} leaves the release taken back, once`, async () => {
    const disturbed = await runRelease(bench, { ...bad, orders: [order] });
    expect(reasonless(disturbed)).toEqual(reasonless(undisturbed));
    // What the gate had measured may be lost with the process; then the route's mark is the reason.
    const reasons = disturbed.journal.slice(-2).map((entry) => entry.split(": ")[1]);
    for (const reason of reasons) expect(["GateFailed", "RevertFound"]).toContain(reason);
  });
}

const reasonless = ({ journal, ...rest }: Evidence): object => ({
  ...rest,
  journal: journal.map((entry) => entry.split(": ")[0]),
});
