import { describe, expect, it } from "vitest";
import type { ReleaseStatus } from "../../../src/api/release.ts";
import type { VerificationSpec } from "../../../src/api/verification.ts";
import { instant } from "../../../src/base/instant.ts";
import { appendJournal } from "../../../src/core/plan/journal.ts";
import { renderSegment } from "../../../src/core/record/segment.ts";
import { Cluster, PLAN } from "../world/cluster.ts";
import { journalIsKept } from "../world/laws/journal.ts";
import { Court, LawBroken } from "../world/laws/law.ts";
import { liveSlotUntouched } from "../world/laws/live-slot.ts";
import { recordIsSound } from "../world/laws/status.ts";
import { writtenFirst } from "../world/laws/written-first.ts";
import { CALM } from "../world/scenario.ts";
import { Simulation } from "../world/simulation.ts";

/** A plan with blue live, in a cluster where nothing runs. */
function court(): Court {
  const cluster = new Cluster(new Simulation(), CALM);
  cluster.makePlan();
  cluster.store.edit("plans", PLAN, (p) => ({ ...p, status: { observedGeneration: 1, liveSlot: "blue" } }));
  return new Court(cluster);
}

describe("the watchers of the laws see when one is broken:", () => {
  it("an operation on the live slot", () => {
    const law = liveSlotUntouched(court());
    expect(() => law.onStackEffect?.("blue", "apply")).toThrow(LawBroken);
    expect(() => law.onEnsureSlot?.("blue")).toThrow(LawBroken);
    expect(() => law.onStackEffect?.("green", "apply")).not.toThrow();
  });

  it("an effect that was not written down", () => {
    const law = writtenFirst(court());
    expect(() => law.onEnsure?.("uid/slot/1")).toThrow(LawBroken);
    const intents = [{ key: "uid/slot/1", kind: "stack", since: "2026-01-01T00:00:00Z", attempt: 1 }];
    law.onStatus?.("releases", "r1", { observedGeneration: 1, intents });
    expect(() => law.onEnsure?.("uid/slot/1")).not.toThrow();
    expect(() => law.onVerification?.("r1-verify", {} as VerificationSpec)).toThrow(LawBroken);
  });

  it("an entry that was cut off the status and is in no segment, and a segment of what was never written down", () => {
    const here = court();
    const law = journalIsKept(here);
    here.cluster.makeRelease("r1", "1.1.0");
    let status: ReleaseStatus = { observedGeneration: 1 };
    for (const reason of ["One", "Two", "Three"])
      status = appendJournal(status, { from: "a", to: "b", reason }, instant(0));
    const { journal } = status;
    if (journal === undefined) throw new Error("no journal");
    law.onStatus?.("releases", "r1", status);
    const cut = { ...status, journal: { ...journal, entries: journal.entries.slice(1), stored: 1 } };
    expect(() => law.onStatus?.("releases", "r1", cut)).toThrow(LawBroken);
    const segment = {
      key: "k",
      namespace: "default",
      plan: PLAN,
      release: { name: "r1", uid: here.release("r1")?.metadata.uid ?? "" },
      offset: 0,
      entries: journal.entries.slice(0, 1),
    };
    here.cluster.store.create("configMaps", renderSegment(segment, "r1-journal-0") as never);
    expect(() => law.onStatus?.("releases", "r1", cut)).not.toThrow();
    here.cluster.store.edit("releases", "r1", (r) => ({ ...r, status }));
    expect(() => law.onSegment?.(segment, "r1-journal-0")).not.toThrow();
    const invented = { ...segment, entries: journal.entries.slice(1, 2) };
    expect(() => law.onSegment?.(invented, "r1-journal-0")).toThrow(LawBroken);
  });

  it("a status that is too large, a chain that is broken, an end that is taken back", () => {
    const law = recordIsSound(court());
    const status = { observedGeneration: 1, phase: "Failed" };
    law.onStatus?.("releases", "r1", status);
    expect(() => law.onStatus?.("releases", "r1", { ...status, phase: "Shifting" })).toThrow(LawBroken);
    const large = { ...status, reservations: Array.from({ length: 100 }, () => "x".repeat(1_000)) };
    expect(() => law.onStatus?.("releases", "r2", large)).toThrow(LawBroken);
    const journal = { head: "sha256:0", count: 1, entries: [] };
    const broken = {
      ...journal,
      entries: [{ at: "2026-01-01T00:00:00Z", from: "a", to: "b", reason: "c", hash: "sha256:1" }],
    };
    expect(() => law.onStatus?.("releases", "r3", { ...status, journal: broken })).toThrow(LawBroken);
  });
});
