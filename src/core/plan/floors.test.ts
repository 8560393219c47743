import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildFloor, giveFloorsBack, holdFloors, loweredFloors, raiseFloor, readRaised } from "./floors.ts";
import type { FloorWrite } from "./intents.ts";
import type { AutoscalerObservation, SlotObservation, WorkloadObservation } from "./observed.ts";

const RUN = "uid-r2/2";
const FORMER_RUN = "uid-r1/1";

const scaler = (change: Partial<AutoscalerObservation> = {}): AutoscalerObservation => ({
  name: "app",
  minReplicas: 1,
  maxReplicas: 10,
  declared: 1,
  resourceVersion: "7",
  ...change,
});
const workload = (
  autoscaler: AutoscalerObservation | undefined,
  change: Partial<WorkloadObservation> = {},
): WorkloadObservation => ({
  kind: "Deployment",
  name: "app",
  desired: 4,
  ready: 4,
  current: true,
  ...(autoscaler === undefined ? {} : { autoscaler }),
  ...change,
});
const slot = (...workloads: readonly WorkloadObservation[]): SlotObservation => ({
  workloads,
  serviceExists: true,
  readyEndpoints: 4,
});

/** The autoscaler after a write has reached it. */
function written(a: AutoscalerObservation, write: FloorWrite | undefined): AutoscalerObservation {
  if (write === undefined) return a;
  const { raised: _, ...rest } = a;
  const raised = readRaised(write.raised);
  return {
    ...rest,
    minReplicas: write.minReplicas ?? a.minReplicas,
    ...(raised === undefined ? {} : { raised }),
  };
}
const givenBack = (a: AutoscalerObservation): AutoscalerObservation =>
  written(a, giveFloorsBack(slot(workload(a)))[0]?.autoscaler);

describe("a raised floor", () => {
  it("carries what it was before, and the run, in one write guarded by the version", () => {
    expect(raiseFloor(scaler(), 4, RUN)).toEqual({
      name: "app",
      minReplicas: 4,
      raised: "4/1/uid-r2/2",
      resourceVersion: "7",
    });
  });

  it("goes no higher than the ceiling, and is not written where it stands already", () => {
    expect(raiseFloor(scaler({ maxReplicas: 3 }), 9, RUN)?.minReplicas).toBe(3);
    expect(raiseFloor(scaler({ minReplicas: 5 }), 4, RUN)).toBeUndefined();
  });

  it("is given back as it was before the first of several rises", () => {
    const first = written(scaler({ minReplicas: 2 }), raiseFloor(scaler({ minReplicas: 2 }), 4, RUN));
    const second = written(first, raiseFloor(first, 6, RUN));
    expect(second.minReplicas).toBe(6);
    expect(givenBack(second)).toMatchObject({ minReplicas: 2 });
    expect(givenBack(second).raised).toBeUndefined();
  });

  it("is given back as it was before the first of several runs", () => {
    const first = written(scaler({ minReplicas: 2 }), raiseFloor(scaler({ minReplicas: 2 }), 4, FORMER_RUN));
    const second = written(first, raiseFloor(first, 6, RUN));
    expect(givenBack(second)).toMatchObject({ minReplicas: 2 });
  });

  it("that somebody takes down stays down, and is not raised again by that run", () => {
    const raised = written(scaler(), raiseFloor(scaler(), 4, RUN));
    const edited = { ...raised, minReplicas: 2 };
    expect(raiseFloor(edited, 6, RUN)).toBeUndefined();
    expect(givenBack(edited)).toMatchObject({ minReplicas: 2 });
    expect(givenBack(edited).raised).toBeUndefined();
    expect(loweredFloors(slot(workload(edited)), RUN)).toBe(
      "; somebody else set minReplicas of app (now 2), which stays",
    );
    expect(loweredFloors(slot(workload(raised)), RUN)).toBe("");
  });

  it("that somebody raises further may be raised again, and their value is given back", () => {
    const raised = written(scaler(), raiseFloor(scaler(), 4, RUN));
    const edited = { ...raised, minReplicas: 5 };
    expect(raiseFloor(edited, 5, RUN)).toBeUndefined();
    expect(givenBack(edited)).toMatchObject({ minReplicas: 5 });
    const again = written(edited, raiseFloor(edited, 6, RUN));
    expect(again.minReplicas).toBe(6);
    expect(givenBack(again)).toMatchObject({ minReplicas: 5 });
  });

  it("that somebody else changed is borrowed anew by the next run, and that value is given back", () => {
    const edited = { ...written(scaler(), raiseFloor(scaler(), 4, FORMER_RUN)), minReplicas: 2 };
    expect(givenBack(written(edited, raiseFloor(edited, 6, RUN)))).toMatchObject({ minReplicas: 2 });
  });

  it("is never lost: whatever is raised in whichever order, the value of the last person returns", () => {
    const deed = fc.oneof(
      fc.record({ raise: fc.integer({ min: 1, max: 12 }), run: fc.constantFrom(RUN, FORMER_RUN) }),
      fc.record({ set: fc.integer({ min: 1, max: 10 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.array(deed, { maxLength: 8 }), (start, deeds) => {
        let a = scaler({ minReplicas: start });
        let wanted = start;
        for (const d of deeds) {
          if ("raise" in d) a = written(a, raiseFloor(a, d.raise, d.run));
          else if (d.set !== a.minReplicas) {
            a = { ...a, minReplicas: d.set };
            wanted = d.set;
          }
        }
        // Who sets the very number that a release has written can't be told from it.
        const ambiguous = deeds.some(
          (d) => "set" in d && deeds.some((o) => "raise" in o && o.raise >= d.set),
        );
        if (ambiguous) return;
        expect(givenBack(a).minReplicas).toBe(wanted);
        expect(givenBack(a).raised).toBeUndefined();
      }),
    );
  });
});

describe("the floor of a slot that is built", () => {
  it("begins with what the program declares, whatever a former occupant left", () => {
    const left = scaler({ minReplicas: 5, declared: 2, raised: { to: 5, former: 1, run: FORMER_RUN } });
    expect(buildFloor(left, 3, RUN)).toMatchObject({ minReplicas: 3, raised: "3/2/uid-r2/2" });
    const edited = scaler({ minReplicas: 7, declared: 2 });
    expect(buildFloor(edited, 1, RUN)).toMatchObject({ minReplicas: 2, raised: "2/2/uid-r2/2" });
  });

  it("is marked once per run, also where nothing has to be raised, so that a later edit is seen", () => {
    const marked = written(
      scaler({ declared: 4, minReplicas: 4 }),
      buildFloor(scaler({ declared: 4 }), 2, RUN),
    );
    expect(marked.raised).toEqual({ to: 4, former: 4, run: RUN });
    expect(buildFloor(marked, 2, RUN)).toBeUndefined();
    expect(buildFloor({ ...marked, minReplicas: 1 }, 6, RUN)).toBeUndefined();
  });

  it("of an autoscaler that an earlier version made is raised over what it has", () => {
    const { declared: _, ...old } = scaler({ minReplicas: 2 });
    expect(buildFloor(old, 4, RUN)).toMatchObject({ minReplicas: 4, raised: "4/2/uid-r2/2" });
    expect(buildFloor(old, 1, RUN)).toBeUndefined();
  });
});

describe("the live slot's floor", () => {
  it("is the most that it had, where one workload serves", () => {
    const writes = holdFloors(slot(workload(scaler(), { desired: 2 })), 4, RUN);
    expect(writes).toMatchObject([{ name: "app", autoscaler: { minReplicas: 4 } }]);
    expect(writes[0]?.replicas).toBeUndefined();
  });

  it("adds no replica to any of several workloads", () => {
    const two = slot(workload(scaler(), { desired: 4 }), workload(scaler({ name: "w" }), { desired: 2 }));
    expect(holdFloors(two, 4, RUN).map((w) => w.autoscaler?.minReplicas)).toEqual([4, 2]);
  });

  it("is nobody's where there is no autoscaler", () => {
    expect(holdFloors(slot(workload(undefined)), 4, RUN)).toEqual([]);
    expect(giveFloorsBack(slot(workload(undefined), workload(scaler())))).toEqual([]);
  });
});

describe("the mark", () => {
  it.each(["", "4", "4/1", "4/x/uid/1", "four/1/uid/1"])("%j is none of ours", (text) => {
    expect(readRaised(text)).toBeUndefined();
  });
});
