import { describe, expect, it } from "vitest";
import { FROZEN_FORMAT, type FrozenRelease } from "../../../src/api/frozen.ts";
import type { Cluster } from "../world/cluster.ts";
import { at, fate, later, reasons, told, world } from "./support.ts";

type Frozen = Readonly<Record<string, unknown>>;
type Status = { readonly frozen?: Frozen };

const statusIn = (store: Cluster["store"]): Status => (store.get("releases", "r1")?.status ?? {}) as Status;

/** Changes what is frozen of the release, as another version of the controller would have frozen it. */
const freezes =
  (change: (frozen: Frozen) => Frozen) =>
  ({ store }: Cluster): void => {
    store.edit("releases", "r1", (r) => {
      const { frozen = {}, ...status } = r.status as Status;
      return { ...r, status: { ...status, frozen: change(frozen) } };
    });
  };

/** Steps and checks of kinds that this version has never heard of, and members that it does not know. */
const newer = freezes((frozen) => ({
  ...frozen,
  format: FROZEN_FORMAT + 1,
  lanes: { left: 1 },
  steps: (frozen as unknown as FrozenRelease).steps.map((s) => ({
    ...s,
    kind: s.kind === "traffic" ? "drift" : s.kind,
    weight: s.kind === "traffic" ? undefined : s.weight,
    route: "east",
  })),
}));

const canary = { weights: [10, 50], hold: "2m" } as const;

describe("a release that a later version of the controller has frozen", () => {
  it("is held where it is: no step is executed that is not understood", async () => {
    const end = await world(
      canary,
      later(60, newer),
      later(1_000, ({ store }) => {
        const { status } = store.get("releases", "r1") as unknown as {
          readonly status: {
            readonly hold?: object;
            readonly conditions: readonly object[];
            readonly phase: string;
          };
        };
        expect(status.phase).toBe("Shifting");
        expect(status.hold).toMatchObject({ reason: "NewerForm" });
        expect(status.conditions).toContainEqual(
          expect.objectContaining({ type: "Held", status: "True", reason: "NewerForm" }),
        );
      }),
    );
    expect(told(end, "install that version again to go on, or abort")).toBe(true);
    expect(end.shares.slice(0, 1)).toEqual([10]);
    expect(end.shares).not.toContain(50);
  });

  it("is taken back in the end when nobody comes", async () => {
    const end = await world(canary, later(60, newer));
    expect(fate(end)).toBe("Reverted WaitDeadline");
    expect(end.shares).toEqual([10, 0]);
  });

  it("can be aborted", async () => {
    const end = await world({ ...canary, events: [at(200, "abort")] }, later(60, newer));
    expect(fate(end)).toBe("Reverted Aborted");
    expect(end.shares).toEqual([10, 0]);
  });

  it("is taken back by a check that fails, as ever", async () => {
    const end = await world({ ...canary, steps: { afterMs: 100_000, verdict: "failed" } }, later(60, newer));
    expect(fate(end)).toBe("Reverted GateFailed");
    expect(end.shares).toEqual([10, 0]);
  });

  it("goes on by what was frozen, whole, once that version is back", async () => {
    let before: unknown;
    const end = await world(
      canary,
      later(60, (cluster) => {
        before = statusIn(cluster.store).frozen;
        newer(cluster);
      }),
      later(900, ({ store }) => {
        // Nothing was lost of what only the later version understands.
        const { frozen } = statusIn(store);
        expect(frozen).toMatchObject({
          lanes: { left: 1 },
          steps: expect.arrayContaining([expect.objectContaining({ kind: "drift", route: "east" })]),
        });
      }),
      later(
        901,
        freezes(() => before as Frozen),
      ),
    );
    expect(fate(end)).toBe("Completed Completed");
    expect(end.shares).toEqual([10, 50, 100]);
    expect(reasons(end)).not.toContain("WaitDeadline");
  });
});
