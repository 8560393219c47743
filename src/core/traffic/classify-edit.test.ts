import { expect, it } from "vitest";
import { basisPoints } from "../../base/weight.ts";
import { classifyEdit, type EditContext, type ForeignEdit } from "./classify-edit.ts";
import type { Side, Split } from "./sides.ts";

const split = (shares: Readonly<Partial<Record<Side, number>>>): Split =>
  Object.fromEntries(Object.entries(shares).map(([side, share]) => [side, basisPoints(share)]));

const expected = split({ blue: 8_000, green: 2_000 });
const during: EditContext = { candidate: "green", ready: { blue: true, green: true } };
const between: EditContext = { ready: { blue: true } };

const cases: readonly (readonly [
  string,
  Parameters<typeof classifyEdit>[0],
  Split,
  EditContext,
  ForeignEdit,
])[] = [
  ["the split as written", { exists: true, split: expected, mixed: false }, expected, during, "none"],
  [
    "a lowered candidate",
    { exists: true, split: split({ blue: 9_000, green: 1_000 }), mixed: false },
    expected,
    during,
    "lowered",
  ],
  [
    "a raised candidate",
    { exists: true, split: split({ blue: 7_000, green: 3_000 }), mixed: false },
    expected,
    during,
    "raised",
  ],
  [
    "one lowered rule of two",
    { exists: true, split: split({ blue: 10_000, green: 2_000 }), mixed: true },
    expected,
    during,
    "lowered",
  ],
  [
    "one raised rule of two",
    { exists: true, split: split({ blue: 8_000, green: 9_000 }), mixed: true },
    expected,
    during,
    "raised",
  ],
  [
    "more for a side that cannot serve",
    { exists: true, split: split({ blue: 10_000, green: 0 }), mixed: false },
    expected,
    { candidate: "green", ready: { green: true } },
    "unreadyTarget",
  ],
  [
    "no share for anybody",
    { exists: true, split: split({ blue: 0, green: 0 }), mixed: false },
    expected,
    during,
    "unreadyTarget",
  ],
  [
    "a backend gone",
    { exists: true, split: split({ blue: 10_000 }), mixed: false },
    expected,
    during,
    "backendRemoved",
  ],
  [
    "a backend gone from one rule",
    { exists: true, split: split({ blue: 10_000, green: 2_000 }), mixed: true, missing: ["green"] },
    expected,
    during,
    "backendRemoved",
  ],
  [
    "a stranger with a share",
    { exists: true, split: split({ blue: 4_000, green: 1_000 }), mixed: false },
    expected,
    during,
    "foreignBackend",
  ],
  ["no object", { exists: false, split: {}, mixed: false }, expected, during, "gone"],
  ["no backend of ours", { exists: true, split: {}, mixed: false }, expected, during, "gone"],
  [
    "an edit between releases towards a slot without pods",
    { exists: true, split: split({ blue: 5_000, green: 5_000 }), mixed: false },
    split({ blue: 10_000, green: 0 }),
    between,
    "unreadyTarget",
  ],
  [
    "an edit between releases towards ready endpoints",
    { exists: true, split: split({ blue: 5_000, green: 5_000 }), mixed: false },
    split({ blue: 10_000, green: 0 }),
    { ready: during.ready },
    "moved",
  ],
  [
    "nobody served where nothing was live",
    { exists: true, split: split({ blue: 0, green: 0 }), mixed: false },
    split({ blue: 0, green: 0 }),
    { candidate: "blue", ready: {} },
    "none",
  ],
];

for (const [what, observed, wanted, context, kind] of cases)
  it(`calls ${what} ${kind}`, () => {
    expect(classifyEdit(observed, wanted, context)).toBe(kind);
  });
