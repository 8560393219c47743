import fc from "fast-check";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { cpuTime } from "../../../test/support/cpu-time.ts";
import type { Result } from "../../base/result.ts";
import type { SourceProblem } from "../prometheus-answer.ts";
import { ExpositionReader } from "./exposition-reader.ts";
import type { SampleLine } from "./sample-line.ts";

type Read = Record<string, number>;
const idOf = ({ name, labels }: SampleLine): string =>
  JSON.stringify([name, ...[...labels].toSorted(([a], [b]) => (a < b ? -1 : 1))]);

/** All series of an exposition that comes in pieces of a size. */
function read(text: string, size = 7, isOpenMetrics = false): Result<Read, SourceProblem> {
  const reader = new ExpositionReader<string>({ byText: new Map() }, { name: () => true, series: idOf });
  for (let at = 0; at < text.length; at += size) if (!reader.push(text.slice(at, at + size))) break;
  const all = reader.end({ isOpenMetrics });
  return all.ok ? { ok: true, value: Object.fromEntries(all.value) } : all;
}
const values = (text: string, isOpenMetrics = false): Read => {
  const all = read(text, 7, isOpenMetrics);
  if (!all.ok) throw new Error(all.error.message);
  return all.value;
};

describe("an exposition", () => {
  it.each([
    ["x 1", { '["x"]': 1 }],
    ["x{} 1", { '["x"]': 1 }],
    ['x{a="b",} 1 1700000000000', { '["x",["a","b"]]': 1 }],
    ['x {a = "b" , c="d"} 1e3', { '["x",["a","b"],["c","d"]]': 1000 }],
    ['x{a="\\\\ \\" \\n } #"} 2', { '["x",["a","\\\\ \\" \\n } #"]]': 2 }],
    ['x{a="\\q"} 2', { '["x",["a","\\\\q"]]': 2 }],
    ["# HELP x y\r\n# TYPE x counter\r\n\r\nx 3\r\n", { '["x"]': 3 }],
    ["x +Inf\ny -Inf\nz NaN", { '["x"]': Infinity, '["y"]': -Infinity, '["z"]': NaN }],
    ['x_bucket{le="0.5"} 3 # {trace_id="a} b"} 0.3 1.7e9', { '["x_bucket",["le","0.5"]]': 3 }],
    ['{"my.metric",a="b"} 4', { '["my.metric",["a","b"]]': 4 }],
    ['x{"my.label"="b"} 4', { '["x",["my.label","b"]]': 4 }],
    ["x_total 5\nx_created 1.7e9", { '["x_total"]': 5, '["x_created"]': 1.7e9 }],
    ["x 1\nx 2", { '["x"]': 1 }],
    ["", {}],
  ])("%j is read", (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it.each([
    "<html>",
    "x",
    "x one",
    "x{a} 1",
    "x{a=b} 1",
    'x{a="b} 1',
    'x{a="b",a="c"} 1',
    'x{a="b"c="d"} 1',
    "x 1 2 3",
    "1x 2",
    '{a="b"} 1',
    '{"version":1}',
    "\u0000\u0001",
  ])("%j is refused", (text) => {
    expect(read(text)).toMatchObject({ ok: false, error: { reason: "NotMetrics" } });
  });

  it("in OpenMetrics is whole only with its end", () => {
    expect(values("x_total 1\n# EOF\n", true)).toEqual({ '["x_total"]': 1 });
    expect(read("x_total 1\n", 7, true)).toMatchObject({ error: { reason: "Incomplete" } });
  });

  it("with an endless line is refused before it is in memory", () => {
    let pieces = 0;
    const reader = new ExpositionReader<string>({ byText: new Map() }, { name: () => true, series: idOf });
    while (reader.push("x".repeat(10_000))) pieces += 1;
    expect(pieces).toBeLessThan(10);
  });

  it("of series that are not wanted is hardly looked at", () => {
    const index = { byText: new Map<string, string | null>() };
    const wanted = { name: (name: string) => name === "x", series: () => null };
    const reader = new ExpositionReader<string>(index, wanted);
    reader.push('y{a="1"} 1\nx{a="1"} 1\nx{a="1"} 2\n');
    expect(reader.end({ isOpenMetrics: false })).toMatchObject({ ok: true });
    expect([...index.byText]).toEqual([['x{a="1"}', null]]);
  });

  it("is read as prom-client writes it, in both formats and whatever labels hold", async () => {
    const label = fc.string({ unit: "binary", maxLength: 12 });
    const count = fc.integer({ min: 0, max: 1_000_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(label, count), { maxLength: 5 }),
        fc.boolean(),
        async (rows, open) => {
          const registry = new Registry();
          if (open) registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
          const registers = [registry];
          const counter = new Counter({
            name: "requests_total",
            help: "a\nb",
            labelNames: ["path"],
            registers,
          });
          const gauge = new Gauge({ name: "odd", help: "\\", registers });
          const buckets = [0.5, 1];
          const histogram = new Histogram({ name: "seconds", help: "s", buckets, registers });
          gauge.set(Number.NaN);
          const sums = new Map<string, number>();
          for (const [path, by] of rows) {
            counter.inc({ path }, by);
            histogram.observe(0.7);
            sums.set(path, (sums.get(path) ?? 0) + by);
          }
          const all = values(await registry.metrics(), open);
          for (const [path, sum] of sums)
            expect(all[JSON.stringify(["requests_total", ["path", path]])]).toBe(sum);
          expect(all['["odd"]']).toBeNaN();
          expect(all['["seconds_bucket",["le","0.5"]]']).toBe(0);
          expect(all['["seconds_bucket",["le","+Inf"]]']).toBe(rows.length);
        },
      ),
    );
  });

  const noise = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.constantFrom('"', "\\", "{", "}", ",", "=", "#", " ", "\n", "\r", "x", "1", "+Inf", "le"), {
        maxLength: 200,
      })
      .map((parts) => parts.join("")),
  );

  it("never throws, and where it is cut makes no difference", () => {
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 50 }), (text, size) => {
        expect(read(text, size)).toEqual(read(text, text.length + 1));
      }),
      { numRuns: 500 },
    );
  });

  it("of the worst lines is read in a time that grows with their length", () => {
    const worst = ['x{a="', "\\".repeat(60_000), '"} 1', "\n", `x{${",".repeat(60_000)}} 1\n`];
    const many = `x{${Array.from({ length: 9_000 }, (_, i) => `a${i}=""`).join(",")}} 1\n`;
    for (const text of [worst.join(""), many, `x ${"1".repeat(60_000)}e\n`, `x ${" ".repeat(60_000)}\n`]) {
      expect(cpuTime(() => read(text, 65_536))).toBeLessThan(2_000);
    }
  });
});
