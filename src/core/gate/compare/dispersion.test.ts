import { describe, expect, it } from "vitest";
import { addDispersion, type Dispersion, dispersionFactor, NO_DISPERSION, podsOf } from "./dispersion.ts";

type Cell = readonly [requests: number, events: number];
const take = (windows: readonly (readonly Cell[])[]): Dispersion =>
  windows.reduce<Dispersion>(
    (known, cells) =>
      addDispersion(
        known,
        cells.map(([requests, events], cell) => ({ requests, events, cell })),
      ),
    NO_DISPERSION,
  );

describe("the dispersion of the live side", () => {
  it("of three pods in four windows has its reference values", () => {
    const known = take([
      [
        [200, 3],
        [210, 1],
        [190, 2],
      ],
      [
        [205, 0],
        [195, 4],
        [200, 2],
      ],
      [
        [198, 5],
        [202, 1],
        [200, 0],
      ],
      [
        [200, 2],
        [200, 2],
        [200, 3],
      ],
    ]);
    expect(known.chiSquare).toBeCloseTo(12.8223, 4);
    expect(known.freedom).toBe(8);
    expect(known.observed).toEqual([10, 8, 7]);
    expect(known.expected.map((mean) => Number(mean.toFixed(5)))).toEqual([8.36333, 8.40333, 8.23333]);
    expect(dispersionFactor(known)).toBeCloseTo(1.60279, 5);
  });

  it("of one pod is taken from windows in pairs", () => {
    const windows: readonly Cell[] = [
      [200, 2],
      [210, 6],
      [190, 1],
      [205, 3],
      [200, 0],
      [195, 5],
      [198, 4],
      [202, 4],
    ];
    const known = take(windows.map((cell) => [cell]));
    expect(known.chiSquare).toBeCloseTo(7.90537, 5);
    expect(known.freedom).toBe(4);
    expect(dispersionFactor(known)).toBeCloseTo(1.97634, 5);
    expect(podsOf(known)).toBe(0);
  });

  it("is 1 where there is nothing to learn from", () => {
    expect(dispersionFactor(take([]))).toBe(1);
    expect(
      dispersionFactor(
        take([
          [
            [0, 0],
            [0, 0],
          ],
        ]),
      ),
    ).toBe(1);
    expect(
      dispersionFactor(
        take([
          [
            [10, 0],
            [10, 0],
          ],
          [
            [10, 10],
            [10, 10],
          ],
        ]),
      ),
    ).toBe(1);
  });

  it("sees pods that differ for good, which windows alone don't", () => {
    const windows = Array.from({ length: 200 }, (): Cell[] => [
      [100, 1],
      [100, 1],
      [100, 1],
      [100, 3],
    ]);
    const known = take(windows);
    expect(known.chiSquare / known.freedom).toBeLessThan(1);
    expect(dispersionFactor(known)).toBeGreaterThan(50);
  });
});
