import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runningRelease } from "../../../test/api/cli/support/objects.ts";
import { hours, minutes, seconds } from "../../base/duration.ts";
import { instant } from "../../base/instant.ts";
import { diffValues } from "../value-diff.ts";
import { paintWith } from "./paint.ts";
import { renderColumns, renderTable, widthOf } from "./table.ts";
import { relative, renderSpan } from "./time.ts";
import { Timeline } from "./timeline.ts";

describe("tables", () => {
  it("are aligned, whatever the cells hold, colours included", () => {
    const paint = paintWith(true);
    const lines = renderTable(
      ["A", "B"],
      [
        [paint.good("ok"), "x"],
        ["longer", ""],
      ],
    );
    expect(lines.map(widthOf)).toEqual(["A       B", "ok      x", "longer  -"].map((l) => l.length));
  });

  it("stay one line a row", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string({ unit: "binary" }))), (rows) => {
        const lines = renderColumns(rows.map(([a, b]) => [a, `${b}\nmore`]));
        expect(lines).toHaveLength(rows.length);
        expect(lines.every((l) => !l.includes("\n"))).toBe(true);
      }),
    );
  });
});

describe("times", () => {
  it("have two units at most", () => {
    expect(renderSpan(seconds(75))).toBe("1m15s");
    expect(renderSpan(minutes(75))).toBe("1h15m");
    expect(renderSpan(hours(50))).toBe("2d2h");
    expect(renderSpan(seconds(0.2))).toBe("0s");
  });

  it("say whether they are past or to come", () => {
    expect(relative(instant(1_000_000), instant(1_090_000))).toBe("1m30s ago");
    expect(relative(instant(1_090_000), instant(1_000_000))).toBe("in 1m30s");
  });
});

describe("differences of values", () => {
  it("are none for equal values and some for others", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(diffValues("v", a, a)).toEqual([]);
        expect(diffValues("v", { x: a, n: 0 }, { x: a, n: 1 })).toEqual([
          { field: "v.n", before: "0", after: "1" },
        ]);
        expect(diffValues("v", { a }, { b }).length).toBeGreaterThan(0);
      }),
    );
  });

  it("show no secret, however deep it lies in a list", () => {
    const [change] = diffValues("values", {}, { env: [{ apiKey: "abc123", name: "x" }] });
    expect(change?.after).toContain("x");
    expect(change?.after).not.toContain("abc123");
  });
});

describe("a timeline", () => {
  const hold = {
    id: "paused-2",
    reason: "Paused",
    message: "paused by bob: lunch",
    since: "2026-05-01T10:01:30Z",
  };
  const held = runningRelease("shop-1", "Shifting", { hold });
  const { hold: _, ...rest } = held.status ?? { observedGeneration: 1 };
  const now = instant(Date.parse("2026-05-01T10:02:00Z"));

  it("tells the end of a hold, but not of one that a revert has swept away", () => {
    const lines = (next: typeof rest): readonly string[] => {
      const timeline = new Timeline(paintWith(false));
      timeline.take(held, now);
      return timeline.take({ ...held, status: next }, now);
    };
    expect(lines(rest)).toEqual(["+       2m  hold paused-2 ended"]);
    const ending = {
      outcome: "Reverted",
      reason: "Aborted",
      message: "",
      since: hold.since,
      backTo: "blue",
    } as const;
    expect(lines({ ...rest, phase: "Reverting", ending })).toEqual([]);
  });

  it("says where a release stands that has no journal yet", () => {
    const { status: __, ...fresh } = held;
    expect(new Timeline(paintWith(false)).take(fresh, now)).toEqual(["+       2m  Pending"]);
  });
});
