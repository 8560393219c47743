import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReleaseStatus } from "../../api/release.ts";
import { utf8Length } from "./bounds.ts";
import { addReservations, RESERVATION_BOUNDS } from "./reservations.ts";

const EMPTY: ReleaseStatus = { observedGeneration: 1 };

describe("reservations of a release", () => {
  it("adds each sentence once and tells which are new", () => {
    const first = addReservations(EMPTY, ["a is failed", "b is failed", "a is failed"]);
    expect(first.status.reservations).toEqual(["a is failed", "b is failed"]);
    expect(first.fresh).toEqual(["a is failed", "b is failed"]);
    const second = addReservations(first.status, ["b is failed", "c is failed"]);
    expect(second.status.reservations).toEqual(["a is failed", "b is failed", "c is failed"]);
    expect(second.fresh).toEqual(["c is failed"]);
  });

  it("leaves the status as it is where nothing is new", () => {
    const { status } = addReservations(EMPTY, ["a"]);
    expect(addReservations(status, ["a"]).status).toBe(status);
    expect(addReservations(EMPTY, []).status).toBe(EMPTY);
  });

  it("keeps the first ones, and counts what does not fit", () => {
    const bounds = { most: 2, bytes: 1_000, longest: 100 };
    const { status, fresh } = addReservations(EMPTY, ["a", "b", "c", "d"], bounds);
    expect(status).toMatchObject({ reservations: ["a", "b"], moreReservations: 2 });
    expect(fresh).toHaveLength(4);
    expect(addReservations(status, ["e"], bounds).status.moreReservations).toBe(3);
  });

  it("stays within its bytes whatever is added, and loses no sentence uncounted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: "binary", maxLength: 1_500 }), { maxLength: 40 }), {
          maxLength: 6,
        }),
        (steps) => {
          let status = EMPTY;
          let fresh = 0;
          for (const found of steps) {
            const added = addReservations(status, found);
            status = added.status;
            fresh += added.fresh.length;
          }
          const listed = status.reservations ?? [];
          expect(listed.length + (status.moreReservations ?? 0)).toBe(fresh);
          expect(listed.reduce((sum, text) => sum + utf8Length(text), 0)).toBeLessThanOrEqual(
            RESERVATION_BOUNDS.bytes,
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
