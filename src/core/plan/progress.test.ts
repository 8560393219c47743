import { describe, expect, it } from "vitest";
import type { Release, ReleaseStatus } from "../../api/release.ts";
import { instant, renderInstant } from "../../base/instant.ts";
import { appendJournal } from "./journal.ts";
import { progressOf } from "./progress.ts";

const at = (seconds: number) => instant(Date.UTC(2030, 0, 1) + seconds * 1_000);
const write = (status: ReleaseStatus, seconds: number, from: string, to: string): ReleaseStatus =>
  appendJournal(status, { from, to, reason: "Because" }, at(seconds));
const release = (status: ReleaseStatus): Release => ({
  apiVersion: "bascule.dev/v1alpha1",
  kind: "Release",
  metadata: { name: "one", creationTimestamp: renderInstant(at(0)) },
  spec: { planRef: { name: "shop" }, package: { version: "1" } },
  status,
});
const EMPTY: ReleaseStatus = { observedGeneration: -1 };

describe("what a pass changed of a release", () => {
  it("is nothing when the journal has no new entry", () => {
    const started = write(EMPTY, 3, "Pending", "Preparing/deploy");
    expect(progressOf(release(started), started)).toEqual([]);
    expect(progressOf(release(EMPTY), EMPTY)).toEqual([]);
  });

  it("names the phase that was left, counted from the creation for the first and from its entry for others", () => {
    const started = write(EMPTY, 3, "Pending", "Preparing/deploy");
    const shifted = write(started, 10, "Preparing/deploy", "Shifting/weight-20");
    const further = write(shifted, 25, "Shifting/weight-20", "Shifting/weight-50");
    const observing = write(further, 40, "Shifting/weight-50", "Observing/observe");
    expect(progressOf(release(EMPTY), started)).toMatchObject([{ left: { phase: "Pending", after: 3_000 } }]);
    expect(progressOf(release(started), shifted)).toMatchObject([
      { release: "one", left: { phase: "Preparing", after: 7_000 } },
    ]);
    expect(progressOf(release(shifted), further)[0]?.left).toBeUndefined();
    expect(progressOf(release(further), observing)).toMatchObject([
      { left: { phase: "Shifting", after: 30_000 } },
    ]);
  });

  it("is every entry that was added, oldest first", () => {
    const started = write(EMPTY, 3, "Pending", "Preparing/deploy");
    const ended = write(started, 4, "Preparing/deploy", "Failed");
    expect(progressOf(release(EMPTY), ended).map((p) => p.entry.to)).toEqual(["Preparing/deploy", "Failed"]);
  });
});
