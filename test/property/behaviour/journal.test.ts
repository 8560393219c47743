import { describe, expect, it } from "vitest";
import type { SegmentObject } from "../../../src/core/record/segment.ts";
import { verifyJournal } from "../../../src/core/record/verify.ts";
import type { WorldEnd } from "../world/judge-end.ts";
import { FAULT_KINDS } from "../world/scenario.ts";
import { at, world } from "./support.ts";

const short = { shortJournal: true } as const;

/** The same world for all who compare with it. */
const calm = world(short);

const segments = ({ cluster }: WorldEnd): readonly SegmentObject[] =>
  cluster.store.list("configMaps") as readonly SegmentObject[];
const namesOf = (end: WorldEnd): readonly string[] => segments(end).map((s) => s.metadata.name);

/** The journal of r1 as reasons, from segments and status; broken ones throw. */
function reasonsOf(end: WorldEnd): readonly string[] {
  const { metadata, status } = end.releases.r1 ?? {};
  if (status?.journal === undefined) throw new Error("no journal");
  const { problems, entries } = verifyJournal(status.journal, metadata?.uid ?? "", segments(end));
  expect(problems).toEqual([]);
  return entries.map((e) => e.reason);
}

describe("a journal that the status has no room for", () => {
  it("is the one that the release has anyway, in segments and status", async () => {
    const [long, end] = [await world({}), await calm];
    expect(reasonsOf(end)).toEqual(long.releases.r1?.status?.journal?.entries.map((e) => e.reason));
    expect(long.cluster.store.list("configMaps")).toEqual([]);
    expect(namesOf(end)).toEqual(expect.arrayContaining(["r1-journal-0", "r1-journal-2", "r1-journal-4"]));
    expect(end.releases.r1?.status?.journal?.entries.length).toBeLessThan(4);
  });

  it.each(FAULT_KINDS)(
    "is the same when request after request of the controller meets the fault %s",
    async (kind) => {
      const faults = Array.from({ length: 25 }, (_, i) => ({ request: 3 * i + 2, kind }));
      expect(reasonsOf(await world({ ...short, downMs: 1_000, faults }))).toEqual(reasonsOf(await calm));
    },
  );

  it("goes under other names where its own are taken, and says so", async () => {
    const end = await world({ ...short, events: [at(0, "takeJournalNames")] });
    expect(reasonsOf(end).at(-1)).toBe("Completed");
    const foreign = segments(end).filter((s) => s.data?.mine === "yes");
    expect(foreign).toHaveLength(9);
    const condition = end.releases.r1?.status?.conditions?.find((c) => c.type === "JournalProblem");
    expect(condition).toMatchObject({ status: "True", reason: "SegmentForeign" });
  });

  it("goes with its release", async () => {
    const end = await world({ ...short, events: [at(120, "newer"), at(400, "deleteRelease")] });
    const owners = new Set(Object.values(end.releases).map((r) => r.metadata.uid));
    expect(segments(end).length).toBeGreaterThan(0);
    for (const { metadata } of segments(end)) expect(owners).toContain(metadata.ownerReferences?.[0]?.uid);
  });
});
