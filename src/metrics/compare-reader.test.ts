import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CompareCheck, compareCheck } from "../api/checks/compare.ts";
import { milliseconds } from "../base/duration.ts";
import { type Instant, instant } from "../base/instant.ts";
import { ok } from "../base/result.ts";
import { addWindows, type Comparison, newComparison } from "../core/gate/compare/comparison.ts";
import { setupOf } from "../core/gate/compare/setup.ts";
import { type Known, type Read, readWindows } from "./compare-reader.ts";
import type { CounterSource } from "./counter-source.ts";
import type { Series } from "./prometheus-answer.ts";

const START = 1_900_000_000_000;
const at = (second: number): Instant => instant(START + second * 1_000);
type Samples = readonly (readonly [second: number, value: number])[];
interface Stored {
  readonly selector: string;
  readonly pod?: string;
  readonly samples: Samples;
}

/** A source that keeps all samples and shows those up to its present. */
class MemorySource implements CounterSource {
  stored: readonly Stored[] = [];
  readonly asked: { readonly selector: string; readonly since: Instant }[] = [];

  offset = async () => ok(milliseconds(0));

  samples: CounterSource["samples"] = async (selector, { since, now }) => {
    this.asked.push({ selector, since });
    const series = this.stored
      .filter((one) => one.selector === selector)
      .map(({ pod = "", samples }, i): Series => {
        const seen = samples.map(([second, value]) => ({ at: at(second), value }));
        return {
          id: `${selector}/${pod}/${i}`,
          labels: { pod },
          samples: seen.filter((sample) => sample.at > since && sample.at <= now),
        };
      });
    return ok(series.filter(({ samples }) => samples.length > 0));
  };
}

const sides = { candidate: { total: "ct", bad: "cb" }, live: { total: "lt", bad: "lb" } };
const check = (more: object = {}, arms: object = sides): CompareCheck =>
  compareCheck.parse({ metrics: [{ name: "errors", ...arms }], scrapeInterval: "1s", ...more });

async function read(
  source: CounterSource,
  of: CompareCheck,
  [since, now]: readonly [Instant, Instant],
  known?: Known,
): Promise<Read> {
  const signal = new AbortController().signal;
  const found = await readWindows({ source, check: of, baseline: true, since, now, known, signal });
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}

describe("the windows of a gateway", () => {
  it("are its scrapes, with both sides, errors that nobody had and requests that nobody sent", async () => {
    const source = new MemorySource();
    source.stored = [
      {
        selector: "lt",
        samples: [
          [-1, 100],
          [1, 140],
          [2, 180],
        ],
      },
      {
        selector: "lb",
        samples: [
          [-1, 7],
          [1, 7],
          [2, 9],
        ],
      },
      { selector: "ct", samples: [[2, 11]] },
    ];
    const { windows, newest } = await read(source, check(), [at(0), at(3)]);
    expect(newest).toBe(at(2));
    expect(windows).toEqual([
      {
        end: at(1),
        metrics: [{ candidate: { requests: 0, events: 0 }, live: [{ pod: "", requests: 40, events: 0 }] }],
      },
      {
        end: at(2),
        metrics: [{ candidate: { requests: 11, events: 0 }, live: [{ pod: "", requests: 40, events: 2 }] }],
      },
    ]);
  });

  it("end with the newest scrape that the live side was read from: a later one is left for the next look", async () => {
    const source = new MemorySource();
    source.stored = [
      {
        selector: "lt",
        samples: [
          [-1, 0],
          [1, 10],
        ],
      },
      {
        selector: "ct",
        samples: [
          [-1, 0],
          [1, 2],
          [2, 5],
        ],
      },
    ];
    const first = await read(source, check(), [at(0), at(2)]);
    expect(first.windows.map(({ end }) => end)).toEqual([at(1)]);
    source.stored = [
      {
        selector: "lt",
        samples: [
          [-1, 0],
          [1, 10],
          [2, 30],
        ],
      },
      {
        selector: "ct",
        samples: [
          [-1, 0],
          [1, 2],
          [2, 5],
        ],
      },
    ];
    const second = await read(source, check(), [at(1), at(2.5)], first.known);
    expect(second.windows.map(({ metrics }) => metrics[0]?.candidate.requests)).toEqual([3]);
  });

  it("count slow requests as what the bucket lacks", async () => {
    const source = new MemorySource();
    source.stored = [
      {
        selector: "lt",
        samples: [
          [-1, 0],
          [1, 900],
        ],
      },
      {
        selector: "lg",
        samples: [
          [-1, 0],
          [1, 860],
        ],
      },
      {
        selector: "ct",
        samples: [
          [-1, 0],
          [1, 100],
        ],
      },
      {
        selector: "cg",
        samples: [
          [-1, 0],
          [1, 88],
        ],
      },
    ];
    const good = { candidate: { total: "ct", good: "cg" }, live: { total: "lt", good: "lg" } };
    const { windows } = await read(source, check({}, good), [at(0), at(2)]);
    expect(windows[0]?.metrics[0]).toEqual({
      candidate: { requests: 100, events: 12 },
      live: [{ pod: "", requests: 900, events: 40 }],
    });
  });

  it("are not read where the bucket does not exist, or a counter is none", async () => {
    const source = new MemorySource();
    source.stored = [
      {
        selector: "lt",
        samples: [
          [-1, 0],
          [1, 900],
        ],
      },
      {
        selector: "ct",
        samples: [
          [-1, 0],
          [1, 1.5],
        ],
      },
    ];
    const reading = {
      source,
      baseline: true,
      since: at(0),
      now: at(2),
      known: undefined,
      signal: new AbortController().signal,
    };
    expect(await readWindows({ ...reading, check: check() })).toMatchObject({
      ok: false,
      error: { reason: "BadValue" },
    });
    const good = { candidate: { total: "lt", good: "cg" }, live: { total: "lt", good: "lg" } };
    expect(await readWindows({ ...reading, check: check({}, good) })).toMatchObject({
      ok: false,
      error: { reason: "NoGoodSeries" },
    });
  });
});

describe("the windows of pods", () => {
  it("are four scrapes long and closed a scrape later, with each live pod by name", async () => {
    const source = new MemorySource();
    const pod = (name: string, phase: number, value: number): Stored => ({
      selector: "lt",
      pod: name,
      samples: Array.from({ length: 10 }, (_, i) => [i + phase - 1, i * value] as const),
    });
    source.stored = [
      pod("a", 0.1, 10),
      pod("b", 0.7, 20),
      {
        selector: "ct",
        pod: "c",
        samples: [
          [0, 0],
          [2.5, 7],
        ],
      },
    ];
    const of = check({ source: "pods" });
    expect((await read(source, of, [at(0), at(4.9)])).windows.map(({ end }) => end)).toEqual([at(0)]);
    const { windows } = await read(source, of, [at(0), at(5)]);
    expect(windows).toEqual([
      {
        end: at(4),
        metrics: [
          {
            candidate: { requests: 7, events: 0 },
            live: [
              { pod: "a", requests: 40, events: 0 },
              { pod: "b", requests: 80, events: 0 },
            ],
          },
        ],
      },
    ]);
  });
});

describe("reading on", () => {
  it("asks for five minutes at first and then for what is new", async () => {
    const source = new MemorySource();
    source.stored = [
      {
        selector: "lt",
        samples: [
          [-1, 0],
          [50, 10],
          [60, 20],
        ],
      },
    ];
    const first = await read(source, check(), [at(0), at(50)]);
    expect(source.asked[0]?.since).toBe(at(-300));
    await read(source, check(), [at(50), at(60)], first.known);
    expect(source.asked.at(-1)?.since).toBe(at(30));
  });

  it("comes to the same comparison whenever it looks, and wherever the controller restarts", async () => {
    const steps = fc.array(
      fc.record({
        c: fc.nat(9),
        cb: fc.nat(2),
        l: fc.nat(40),
        lb: fc.nat(3),
        reset: fc.nat(9),
        gap: fc.nat(9),
      }),
      { minLength: 5, maxLength: 25 },
    );
    const looks = fc.array(fc.record({ after: fc.integer({ min: 1, max: 8 }), restart: fc.boolean() }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(steps, looks, fc.constantFrom("gateway", "pods"), async (list, plan, kind) => {
        const source = new MemorySource();
        source.stored = storedFrom(list);
        const of = check({ source: kind });
        const setup = { ...setupOf(of), alpha: Number.MIN_VALUE };
        const last = list.length + 5;
        const whole = await read(source, of, [at(0), at(last)]);
        const wanted = addWindows(newComparison(at(0), 1), whole.windows, setup);
        let comparison: Comparison = newComparison(at(0), 1);
        let known: Known | undefined;
        let now = 0;
        for (const { after, restart } of [...plan, { after: last, restart: false }]) {
          now = Math.min(last, now + after);
          const found = await read(source, of, [comparison.until, at(now)], restart ? undefined : known);
          known = found.known;
          comparison = JSON.parse(JSON.stringify(addWindows(comparison, found.windows, setup)));
        }
        expect(comparison).toEqual(JSON.parse(JSON.stringify(wanted)));
      }),
      { numRuns: 60 },
    );
  });
});

/** Counters that grow, are reset now and then, and miss a scrape now and then: all of one endpoint at once. */
function storedFrom(
  list: readonly { c: number; cb: number; l: number; lb: number; reset: number; gap: number }[],
): readonly Stored[] {
  const value = { ct: 5, cb: 1, lt: 90, lb: 4 };
  const samples: Record<keyof typeof value, [number, number][]> = { ct: [], cb: [], lt: [], lb: [] };
  for (const [i, step] of [{ c: 0, cb: 0, l: 0, lb: 0, reset: 1, gap: 1 }, ...list].entries()) {
    if (step.reset === 0) Object.assign(value, { ct: 0, cb: 0, lt: 0, lb: 0 });
    value.ct += step.c;
    value.cb += Math.min(step.c, step.cb);
    value.lt += step.l;
    value.lb += Math.min(step.l, step.lb);
    if (step.gap === 0) continue;
    for (const name of ["ct", "cb", "lt", "lb"] as const) samples[name].push([i, value[name]]);
  }
  return (["ct", "cb", "lt", "lb"] as const).map((selector) => ({ selector, samples: samples[selector] }));
}
