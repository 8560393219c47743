import { describe, expect, it } from "vitest";
import type { Cluster } from "../world/cluster.ts";
import { later, plan, world } from "./support.ts";

const direct = { strategy: "direct", weights: [] } as const;

/** Three more releases after r0 and r1, one after the other, in a plan that keeps two. */
const threeMore = (touch: (cluster: Cluster) => void = () => {}) =>
  world(
    direct,
    later(0, plan({ retention: { history: 2 } })),
    later(150, touch),
    ...[2, 3, 4].map((n) => later(n * 100, (cluster) => cluster.makeRelease(`r${n}`, `1.${n}.0`))),
  );

describe("the history", () => {
  it("keeps as many finished releases as the plan says, the newest ones", async () => {
    const end = await threeMore();
    expect(Object.keys(end.releases)).toEqual(["r3", "r4"]);
    expect(end.plan).toMatchObject({
      sequence: 5,
      slots: { blue: { release: "r4" }, green: { release: "r3" } },
    });
  });

  it.each([
    ["Argo CD", "annotations", "argocd.argoproj.io/tracking-id"],
    ["Argo CD by label", "labels", "app.kubernetes.io/instance"],
    ["Flux", "labels", "kustomize.toolkit.fluxcd.io/name"],
    ["Flux's Helm controller", "labels", "helm.toolkit.fluxcd.io/name"],
  ])("leaves a release that %s tracks", async (_who, where, key) => {
    const end = await threeMore(({ store }) => {
      store.edit("releases", "r0", (r) => ({
        ...r,
        metadata: { ...r.metadata, [where]: { [key]: "team" } },
      }));
    });
    expect(Object.keys(end.releases)).toEqual(["r0", "r3", "r4"]);
  });

  it("never deletes the release of what is live, however many failed after it", async () => {
    const end = await world(
      { ...direct, beforeTraffic: { afterMs: 1_000, verdict: "failed" } },
      later(0, plan({ retention: { history: 1 } })),
      ...[2, 3].map((n) => later(n * 100, (cluster) => cluster.makeRelease(`r${n}`, `1.${n}.0`))),
    );
    expect(Object.keys(end.releases)).toEqual(["r0", "r3"]);
    expect(end.plan.slots?.blue?.release).toBe("r0");
  });

  it("remembers the names of deleted releases, so that none runs again", async () => {
    const end = await world(
      direct,
      later(0, plan({ retention: { history: 1 } })),
      ...[2, 3].map((n) => later(n * 100, (cluster) => cluster.makeRelease(`r${n}`, `1.${n}.0`))),
      later(400, (cluster) => cluster.makeRelease("r1", "9.0.0")),
    );
    expect(end.plan).toMatchObject({ sequence: 4, slots: { green: { version: "1.3.0" } } });
  });
});
