import { describe, expect, test } from "vitest";
import { rename } from "../support/killer.ts";
import type { Entry } from "../support/order.ts";
import { boundariesOf } from "./boundaries.ts";
import { differences } from "./compare.ts";
import { cutOffIn, type Evidence, type ReleaseEvidence } from "./evidence.ts";
import { type Result, renderTable } from "./report.ts";

const REVERTED: ReleaseEvidence = {
  phase: "Reverted",
  journal: [
    "Preparing/verify → Shifting/weight-20: StepPassed",
    "Shifting/weight-20 → Reverting/weight-20: GateFailed",
    "Reverting/weight-20 → Reverted/weight-20: GateFailed",
  ],
  journalIsWhole: true,
  verifications: ["-live", "-weight-20"],
  intents: [],
};
const UNDISTURBED: Evidence = {
  releases: { candidate: REVERTED },
  traffic: ["shop: shop-candidate 20, shop-former 80", "shop: shop-candidate 0, shop-former 100"],
  end: ["Deployment shop-candidate: 0 of candidate"],
  changing: { candidate: 1 },
  cutOff: {},
};
const withCandidate = (more: Partial<ReleaseEvidence>): Evidence => ({
  ...UNDISTURBED,
  releases: { candidate: { ...REVERTED, ...more } },
});
const journal = (from: string, to: string): readonly string[] =>
  REVERTED.journal.map((entry) => entry.replace(from, to));

describe("a run differs from the undisturbed one when", () => {
  const cases: readonly (readonly [string, Evidence])[] = [
    ["it ends otherwise", withCandidate({ phase: "RevertFailed" })],
    ["a step is missing in its journal", withCandidate({ journal: REVERTED.journal.slice(1) })],
    ["a step went on for another reason", withCandidate({ journal: journal("StepPassed", "RevertFound") })],
    ["its journal was tampered with", withCandidate({ journalIsWhole: false })],
    ["checks were made twice", withCandidate({ verifications: ["-live", "-live-2", "-weight-20"] })],
    ["its release is gone", { ...UNDISTURBED, releases: { candidate: "gone" } }],
    ["traffic went another way", { ...UNDISTURBED, traffic: [...UNDISTURBED.traffic].reverse() }],
    ["something else is left", { ...UNDISTURBED, end: [] }],
    ["a stack was changed twice", { ...UNDISTURBED, changing: { candidate: 2 } }],
    ["twice, once cut off", { ...UNDISTURBED, changing: { candidate: 2 }, cutOff: { candidate: 1 } }],
    ["a stack was not changed", { ...UNDISTURBED, changing: {} }],
    ["nor cut off in its change", { ...UNDISTURBED, changing: {}, cutOff: { entry: 1 } }],
    ["another stack was changed", { ...UNDISTURBED, changing: { candidate: 1, former: 1 } }],
  ];
  for (const [what, evidence] of cases)
    test(what, () => {
      expect(differences(UNDISTURBED, evidence)).toHaveLength(1);
    });
});

test("what a killed process knew alone may be missing: a revert's reason, the history of an operation that was cut off", () => {
  const found = withCandidate({
    journal: REVERTED.journal.map((e) => e.replace("GateFailed", "RevertFound")),
  });
  expect(differences(UNDISTURBED, { ...found, changing: {}, cutOff: { candidate: 1 } })).toEqual([]);
});

test("an operation is cut off when the process that began it did not see its end", () => {
  const entry = { kind: "stack", about: "uid/slot/1", at: 0 } as const;
  const [slot, shared] = [{ stack: "shop.blue" }, { stack: "shop.shared" }];
  const entries: readonly Entry[] = [
    { ...entry, ...slot, pid: 1, event: "begun" },
    { ...entry, ...shared, pid: 1, event: "begun" },
    { ...entry, ...shared, pid: 1, event: "done", ok: true },
    { ...entry, pid: 1, event: "killed", moment: "during" },
    { ...entry, ...slot, pid: 2, event: "begun" },
    { ...entry, ...slot, pid: 2, event: "done", ok: true },
  ];
  expect(cutOffIn(entries)).toEqual(["shop.blue"]);
});

test("effects have the same name in every run, whatever the slot, the release and its identity are", () => {
  const aliases = { green: "candidate", blue: "former", "candidate-3": "candidate" };
  expect(rename('shop {"blue":8000,"green":2000}', aliases)).toBe('shop {"candidate":2000,"former":8000}');
  expect(rename("candidate-3-weight-20", aliases)).toBe("candidate-weight-20");
  expect(rename("11111111-2222-3333-4444-555555555555/slot/1", aliases)).toBe("uid/slot/1");
  expect(rename("uid/restore-toxsm0/entry/1", aliases)).toBe("uid/restore/entry/1");
  expect(rename("shop green", undefined)).toBe("shop green");
});

test("an effect has three boundaries, of which some can be chosen", () => {
  const effects = [
    { kind: "shift", about: "shop" },
    { kind: "verify", about: "candidate-live" },
  ] as const;
  expect(boundariesOf(effects, {})).toHaveLength(6);
  expect(boundariesOf(effects, { effect: "shift", moment: "during" })).toEqual([
    { kind: "shift", about: "shop", moment: "during" },
  ]);
});

test("the table counts runs and breaches by scenario and moment", () => {
  const result = { scenario: "direct", kind: "shift", about: "", moment: "before", seconds: 1 } as const;
  const results: readonly Result[] = [
    { ...result, outcome: "same", breaches: [] },
    { ...result, outcome: "breach", breaches: ["end"] },
    { ...result, outcome: "unreached", breaches: [] },
  ];
  expect(renderTable(results).split("\n")[1]).toMatch(/^direct +before +2 +1 +1$/);
});
