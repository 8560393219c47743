import { beforeEach, describe, expect, it } from "vitest";
import { MARK } from "../../../src/api/object.ts";
import type { VerificationSpec } from "../../../src/api/verification.ts";
import { milliseconds, readDuration, seconds } from "../../../src/base/duration.ts";
import { type Instant, plus, renderInstant } from "../../../src/base/instant.ts";
import { DRAIN_MS, OLD_SERVICE, PLAN } from "../world/cluster.ts";
import { backIsOpen } from "../world/laws/back-open.ts";
import { capacityFirst } from "../world/laws/capacity.ts";
import { evidenceAfterTraffic } from "../world/laws/evidence.ts";
import type { Court, Law } from "../world/laws/law.ts";
import { weightFollowsStep, writtenFirst } from "../world/laws/written-first.ts";
import { editStatus, midway, RELEASE, releaseOf, routeOf, weighted } from "./midway.ts";

const BLUE = `${PLAN}-blue`;
let court: Court;
beforeEach(async () => {
  court = await midway();
});

/** The candidate gets `share` percent, the user's Service the rest. */
const at = (share: number, marks: Readonly<Record<string, string>> = {}) =>
  weighted(routeOf(court), { [OLD_SERVICE]: 100 - share, [BLUE]: share }, marks);
const shift =
  (law: Law, from: number, to: number, marks: Readonly<Record<string, string>> = {}) =>
  () =>
    law.onTraffic?.("routes", at(from), at(to, marks));
const scale = (law: Law, replicas: number) => () =>
  law.onScale?.("blue", [{ kind: "Deployment", name: "app", replicas }]);

describe("the watcher of capacity sees", () => {
  it("a share for which the candidate has too few ready replicas, as the live side's most", () => {
    const law = capacityFirst(court);
    const { observed } = court;
    if (observed === undefined) throw new Error("nothing was observed");
    const { readyEndpoints } = observed.slots.blue;
    law.onObserved?.(observed, court.cluster.sim.now());
    expect(shift(law, 0, (readyEndpoints / 4) * 100)).not.toThrow();
    expect(shift(law, 0, (readyEndpoints / 4) * 100 + 1)).toThrow("law 3: blue gets");
    const more = { ...observed, adopted: { exists: true, readyEndpoints: 40 } };
    court.observed = more;
    law.onObserved?.(more, court.cluster.sim.now());
    expect(shift(law, 0, 20)).toThrow("of 8 replicas ready");
  });

  it("a candidate that is scaled to nothing, or down while it has traffic", () => {
    const law = capacityFirst(court);
    expect(scale(law, 0)).toThrow("law 3: blue is scaled down while r1 is active");
    expect(scale(law, 1)).toThrow("law 3: blue is scaled down although it was seen with traffic");
    expect(scale(law, 8)).not.toThrow();
  });

  it("a slot that is scaled to nothing before it was drained", async () => {
    const law = capacityFirst(court);
    shift(law, 0, 50)();
    court.cluster.store.edit("plans", PLAN, (p) => ({ ...p, status: { observedGeneration: 1 } }));
    court.observed = undefined;
    expect(scale(law, 0)).toThrow("law 3: blue is scaled down 0 ms after its last traffic");
    const { sim } = court.cluster;
    sim.after(DRAIN_MS, ["nothing"], () => {});
    await sim.run(sim.age + DRAIN_MS);
    expect(scale(law, 0)).not.toThrow();
  });
});

describe("the watcher of the way back sees", () => {
  it("a route that is fenced off, so that the revert would be stale", () => {
    const law = backIsOpen(court);
    expect(shift(law, 0, 50)).not.toThrow();
    expect(shift(law, 0, 50, { [MARK.run]: "uid-of-another/99" })).toThrow("law 2: no way back for shop");
  });

  it("a status that has forgotten the Service to go back to", () => {
    const law = backIsOpen(court);
    const frozen = releaseOf(court).status?.frozen;
    if (frozen === undefined) throw new Error("nothing is frozen");
    const { adoptedService: _, ...forgetful } = frozen;
    editStatus(court, { frozen: forgetful });
    expect(shift(law, 0, 50)).toThrow("law 2: no way back for shop");
  });
});

describe("the watcher of the weights sees", () => {
  it("a share above the step's", () => {
    const law = weightFollowsStep(court);
    expect(shift(law, 0, 50)).not.toThrow();
    expect(shift(law, 0, 51)).toThrow("step: 51 % are more than the 50 % of weight-50");
  });

  it("a candidate that rises while it is taken back", () => {
    const law = weightFollowsStep(court);
    editStatus(court, { phase: "Reverting" });
    expect(shift(law, 50, 10)).not.toThrow();
    expect(shift(law, 10, 11)).toThrow("reverting: the candidate rises from 10 to 11 %");
  });
});

describe("the watcher of evidence sees", () => {
  it("a Verification that reads from before its step's share was in force, or had settled, or after it was gone", () => {
    const { observed, cluster } = court;
    if (observed === undefined) throw new Error("nothing was observed");
    const settle = readDuration(releaseOf(court).status?.frozen?.timing.settle ?? "0s");
    const law = evidenceAfterTraffic(court);
    const began = cluster.sim.now();
    const ended = plus(began, seconds(60));
    law.onObserved?.(observed, began);
    law.onObserved?.(observed, ended);
    law.onObserved?.({ ...observed, traffic: [{ ...observed.traffic[0], accepted: false }] as never }, ended);
    const stored = cluster.store.get("verifications", `${RELEASE}-weight-50`)?.spec as VerificationSpec;
    const reading = (from: Instant) => () =>
      law.onVerification?.("v", { ...stored, from: renderInstant(from) });
    const settled = plus(began, settle);
    expect(reading(settled)).not.toThrow();
    expect(reading(ended)).not.toThrow();
    expect(reading(plus(settled, milliseconds(-1)))).toThrow("evidence after traffic: v reads from");
    expect(reading(plus(ended, milliseconds(1)))).toThrow("evidence after traffic: v reads from");
  });
});

describe("the watcher of what is written first sees", () => {
  const statusHas = (law: Law, ...keys: readonly string[]) => {
    const intents = keys.map((key) => ({ key, kind: "any", since: "2026-01-01T00:00:00Z", attempt: 1 }));
    law.onStatus?.("releases", "r1", { observedGeneration: 1, intents });
  };

  it("a shift that no status names", () => {
    const law = writtenFirst(court);
    const { metadata, status } = releaseOf(court);
    expect(shift(law, 0, 50)).toThrow("law 5: the shift to 50 % was not written down");
    statusHas(law, `${metadata.uid}/shift/${status?.position?.step}/1/${PLAN}`);
    expect(shift(law, 0, 50)).not.toThrow();
    expect(shift(law, 0, 40)).toThrow("law 5: the shift to 40 %");
  });

  it("a scaling and a move of the entry that no status names", () => {
    const law = writtenFirst(court);
    const { uid } = releaseOf(court).metadata;
    expect(scale(law, 8)).toThrow("law 5: scaling blue");
    const entry = { apiVersion: "v1", kind: "Service", metadata: { name: PLAN } };
    const moved = { ...entry, metadata: { name: PLAN, annotations: { [MARK.run]: `${uid}/1` } } };
    expect(() => law.onTraffic?.("services", entry, moved)).toThrow("law 5: the entry moved");
    statusHas(law, `${uid}/scale/deploy`, `${uid}/select/entry/${PLAN}`);
    expect(scale(law, 8)).not.toThrow();
    expect(() => law.onTraffic?.("services", entry, moved)).not.toThrow();
  });
});
