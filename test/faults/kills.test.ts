/**
 * A kill at any instant loses nothing and doubles nothing (law 5): the controller kills itself before, during or
 * after an effect on the world, is started again, and the release ends as if nothing had been.
 * Here each kill is alone; `make test-faults` has every effect at every moment.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bench, openBench } from "./support/bench.ts";
import type { Evidence } from "./support/evidence.ts";
import type { Order } from "./support/order.ts";
import { HEALTH } from "./support/plan.ts";
import { renderOrder, runRelease } from "./support/run.ts";

/** Where the next thing to do is known from one write only; `every-effect-*.test.ts` has all others. */
const CHOSEN: readonly Order[] = [
  { moment: "after", kind: "planStatus", nth: 1 },
  { moment: "before", kind: "setFinalizer" },
  { moment: "during", kind: "stack" },
  { moment: "after", kind: "stack" },
  { moment: "after", kind: "scale", about: " 1$" },
  { moment: "after", kind: "verify", about: "-weight-20$" },
  { moment: "before", kind: "shift", about: ":2000" },
  { moment: "during", kind: "shift", about: ":2000" },
  { moment: "after", kind: "shift", about: ":2000" },
  { moment: "after", kind: "select", about: "^shop (blue|green)" },
  { moment: "before", kind: "endVerification", about: "-weight-100$" },
  { moment: "after", kind: "releaseStatus", about: "Completed" },
];

let bench: Bench;
let undisturbed: Evidence;
const VERSIONS = ["v1", "v2", "v3"];
let next = 0;
/** Another version than the live one. */
const version = (): string => VERSIONS[++next % VERSIONS.length] as string;

beforeAll(async () => {
  bench = await openBench({ verification: [HEALTH] });
  // The first release into a slot creates what later ones update.
  await runRelease(bench, { version: version(), phase: "Completed" });
  undisturbed = await runRelease(bench, { version: version(), phase: "Completed" });
});
afterAll(() => bench?.close());

test("the undisturbed run is what the others are measured by", () => {
  expect(undisturbed).toEqual({
    phase: "Completed",
    journal: [
      "Pending → Preparing/deploy: Started",
      "Preparing/deploy → Preparing/verify: Deployed",
      "Preparing/verify → Shifting/weight-20: StepPassed",
      "Shifting/weight-20 → Shifting/weight-100: StepPassed",
      "Shifting/weight-100 → Observing/observe: StepPassed",
      "Observing/observe → Completed/observe: Completed",
    ],
    journalIsWhole: true,
    shares: [20, 100],
    end: {
      live: "candidate",
      shares: ["candidate 100", "former 0"],
      entry: "candidate",
      deployments: ["candidate: 2 replicas", "former: 0 replicas"],
    },
    changingOperations: 1,
    unfinishedOperations: [],
    verifications: ["-live", "-observe", "-verify", "-weight-100", "-weight-20"],
    intents: [],
  });
});

for (const order of CHOSEN) {
  test(`a kill ${renderOrder(order)} changes nothing in the end`, async () => {
    const disturbed = await runRelease(bench, { version: version(), phase: "Completed", orders: [order] });
    expect(disturbed).toEqual(undisturbed);
  });
}

test("two kills in a row, the second while the first is being made good, change nothing in the end", async () => {
  const orders: readonly Order[] = [
    { moment: "after", kind: "shift", about: ":2000" },
    { moment: "before", kind: "releaseStatus" },
  ];
  const disturbed = await runRelease(bench, { version: version(), phase: "Completed", orders });
  expect(disturbed).toEqual(undisturbed);
});
