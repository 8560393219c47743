import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { basisPoints, EVERYTHING, NOTHING } from "../../base/weight.ts";
import { desiredReplicas, readyFor, requiredReplicas, scaleToZero, scaleUp } from "./capacity.ts";
import type { SlotObservation, WorkloadObservation } from "./observed.ts";

const RUN = "uid-r1/1";
const workload = (change: Partial<WorkloadObservation>): WorkloadObservation => ({
  kind: "Deployment",
  name: "app",
  release: "r1",
  desired: 2,
  ready: 2,
  current: true,
  ...change,
});
const slot = (workloads: readonly WorkloadObservation[], readyEndpoints = 2): SlotObservation => ({
  workloads,
  serviceExists: true,
  readyEndpoints,
});

describe("required replicas", () => {
  it("are the share of the most that the live side had, at least one", () => {
    const basis = { replicas: 4, floor: 10 };
    expect(requiredReplicas(basis, NOTHING)).toBe(1);
    expect(requiredReplicas(basis, basisPoints(2_500))).toBe(3);
    expect(requiredReplicas(basis, EVERYTHING)).toBe(10);
  });

  it("go by the plan's size where nothing was ready", () => {
    expect(requiredReplicas({ replicas: 4, floor: 0 }, basisPoints(5_000))).toBe(2);
  });

  it("are exact for every share and size: no rounding of binary fractions adds a replica", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 1, max: 10_000 }), (w, floor) => {
        const need = requiredReplicas({ replicas: 1, floor }, basisPoints(w));
        expect(need * 10_000).toBeGreaterThanOrEqual(w * floor);
        if (need > 1) expect((need - 1) * 10_000).toBeLessThan(w * floor);
      }),
    );
  });

  it("never exceed what is asked for", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.nat({ max: 500 }),
        fc.integer({ min: 1, max: 500 }),
        (w, floor, replicas) => {
          const basis = { replicas, floor };
          expect(desiredReplicas(basis, basisPoints(w))).toBeGreaterThanOrEqual(
            requiredReplicas(basis, basisPoints(w)),
          );
        },
      ),
    );
  });
});

describe("scaling", () => {
  it("never takes replicas away on the way up", () => {
    expect(scaleUp(slot([workload({ desired: 5 })]), 3, RUN)).toEqual([]);
    expect(scaleUp(slot([workload({})]), 3, RUN)).toEqual([{ kind: "Deployment", name: "app", replicas: 3 }]);
  });

  it("raises an autoscaler's floor up to its ceiling, and wakes a workload at zero", () => {
    const autoscaler = { name: "app", minReplicas: 1, maxReplicas: 4 };
    expect(scaleUp(slot([workload({ autoscaler })]), 9, RUN)).toEqual([
      {
        kind: "Deployment",
        name: "app",
        autoscaler: { name: "app", minReplicas: 4, raised: `4/1/${RUN}` },
      },
    ]);
    expect(scaleUp(slot([workload({ autoscaler, desired: 0 })]), 3, RUN)).toMatchObject([
      { kind: "Deployment", name: "app", replicas: 3, autoscaler: { name: "app", minReplicas: 3 } },
    ]);
  });

  it("to nothing leaves alone what is there already", () => {
    expect(scaleToZero(slot([workload({ desired: 0 }), workload({ name: "worker" })]))).toEqual([
      { kind: "Deployment", name: "worker", replicas: 0 },
    ]);
  });

  it("is resized only as it was read: a late write does not take pods from it", () => {
    const read = workload({ resourceVersion: "7" });
    expect(scaleToZero(slot([read]))).toMatchObject([{ replicas: 0, resourceVersion: "7" }]);
    expect(scaleUp(slot([read]), 4, RUN)).toMatchObject([{ replicas: 4, resourceVersion: "7" }]);
  });
});

describe("a slot is ready for a share", () => {
  const basis = { replicas: 2, floor: 2 };
  it("only when every workload runs the release in full and enough endpoints are ready", () => {
    expect(readyFor(slot([workload({})]), "r1", basis, EVERYTHING)).toBe(true);
    expect(readyFor(slot([workload({})], 1), "r1", basis, EVERYTHING)).toBe(false);
    expect(readyFor(slot([workload({}), workload({ current: false })]), "r1", basis, EVERYTHING)).toBe(false);
    expect(readyFor(slot([workload({ release: "r0" })]), "r1", basis, EVERYTHING)).toBe(false);
    expect(readyFor(slot([]), "r1", basis, EVERYTHING)).toBe(false);
  });
});
