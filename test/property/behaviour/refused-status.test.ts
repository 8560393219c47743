import { expect, it } from "vitest";
import { decide } from "../../../src/core/plan/decide.ts";
import type { Observed } from "../../../src/core/plan/observed.ts";
import { midway, RELEASE, statusOf } from "../watchers/midway.ts";

/** The Verification of the step that the release is at. */
const PRESENT = `${RELEASE}-weight-50`;

/** What is known of Verifications, had each check of the present one this verdict. */
function judged(
  { verifications }: Observed,
  verdict: "passed" | "waiting" | "failed",
): Observed["verifications"] {
  const seen = verifications[PRESENT];
  const results = seen?.results.map((result) => ({ ...result, verdict })) ?? [];
  return { ...verifications, [PRESENT]: { ...seen, results } } as Observed["verifications"];
}

it("a check that fails takes the candidate back also while no status can be stored since its Verification began", async () => {
  const court = await midway();
  const { observed } = court;
  if (observed === undefined) throw new Error("nothing was observed");
  const { position, ...status } = statusOf(court);
  if (position === undefined) throw new Error("the release is at no step");
  expect(position.verification).toBe(PRESENT);
  // As it was stored last: the former step's Verification is still the one that it names.
  const stored = { ...status, position: { ...position, verification: `${RELEASE}-verify` } };
  const deciding = (verdict: "passed" | "failed") =>
    decide(
      {
        ...observed,
        releases: observed.releases.map((r) => (r.metadata.name === RELEASE ? { ...r, status: stored } : r)),
        verifications: judged(observed, verdict),
      },
      court.cluster.sim.now(),
    );
  expect(deciding("passed").first).toEqual([]);
  const { first, releases } = deciding("failed");
  expect(first.map(({ kind }) => kind)).toContain("revert");
  expect(releases[RELEASE]?.ending?.reason).toBe("GateFailed");
});

it("a revert that the route shows and no status does has the cause that is still known, and else says that it was found", async () => {
  const { observed, cluster } = await midway();
  if (observed === undefined) throw new Error("nothing was observed");
  const ending = (verdict: "waiting" | "failed", control?: object) => {
    const world = {
      ...observed,
      traffic: observed.traffic.map((t) => ({ ...t, reverted: t.run ?? "" })),
      releases: observed.releases.map((r) =>
        r.metadata.name === RELEASE ? { ...r, spec: { ...r.spec, ...(control ? { control } : {}) } } : r,
      ),
      verifications: judged(observed, verdict),
    };
    return decide(world, cluster.sim.now()).releases[RELEASE]?.ending;
  };
  expect(ending("waiting")).toMatchObject({ outcome: "Reverted", reason: "RevertFound" });
  expect(ending("failed")).toMatchObject({ outcome: "Reverted", reason: "GateFailed" });
  expect(ending("failed", { abort: { by: "ada", reason: "no" } })).toMatchObject({
    outcome: "Reverted",
    reason: "Aborted",
    by: "ada",
  });
});
