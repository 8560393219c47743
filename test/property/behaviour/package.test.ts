import { describe, expect, it } from "vitest";
import type { Cluster } from "../world/cluster.ts";
import { fate, later, plan, planSays, told, world } from "./support.ts";

const pkg = (version: string) => ({ package: { version, image: `shop:${version}` } });
const direct = { strategy: "direct", weights: [] } as const;
/** Releases that the plan's own package has made, oldest first, with the version of each. */
const made = (cluster: Cluster) =>
  cluster.store
    .list("releases")
    .filter((r) => r.metadata.name.startsWith("shop-"))
    .map((r) => (r.spec as { package: { version: string } }).package.version);

describe("a release of what is live", () => {
  const again = (more: Readonly<Record<string, unknown>> = {}) =>
    later(300, (cluster) => cluster.makeRelease("again", "1.1.0", more));

  it("is a no-op that says so: nothing is applied and no traffic moves", async () => {
    const end = await world(direct, again());
    expect(fate(end, "r1")).toBe("Completed Completed");
    expect(fate(end, "again")).toBe("Completed NothingToDo");
    expect(end.releases.again?.status?.message).toBe(
      "1.1.0 is live already on green: package, values and program are the same",
    );
    expect(end.releases.again?.status?.frozen).toBeUndefined();
    expect(told(end, "default.shop.blue begins")).toBe(false);
    expect(end.plan).toMatchObject({ liveSlot: "green", sequence: 2 });
  });

  it("runs when the plan's values, the package's values or the program have changed", async () => {
    const stack = { program: { name: "web-service" }, values: { level: "debug" } };
    const values = await world(direct, later(290, plan({ stack })), again());
    expect(fate(values, "again")).toBe("Completed Completed");
    const image = "shop:1.1.0";
    const own = await world(
      direct,
      again({ package: { version: "1.1.0", image, values: { level: "debug" } } }),
    );
    expect(fate(own, "again")).toBe("Completed Completed");
    const program = await world(
      direct,
      later(290, (cluster) => {
        cluster.programDigest = "sha256:newer";
      }),
      again(),
    );
    expect(fate(program, "again")).toBe("Completed Completed");
    expect(program.plan.liveSlot).toBe("blue");
  });
});

describe("the plan's own package", () => {
  it("makes a release, once", async () => {
    const end = await world(direct, later(300, plan(pkg("2.0.0"))), later(600, plan({ onNewer: "finish" })));
    expect(made(end.cluster)).toEqual(["2.0.0"]);
    expect(end.plan.slots?.blue?.version).toBe("2.0.0");
    expect(planSays(end.plan, "Stalled")).toBeUndefined();
  });

  it("acts on its hash alone: not when its release was deleted, when the program or live has changed", async () => {
    const end = await world(
      direct,
      later(300, plan(pkg("2.0.0"))),
      later(500, (cluster) => {
        cluster.programDigest = "sha256:newer";
        cluster.makeRelease("by-hand", "3.0.0");
      }),
      later(800, ({ store }) => {
        for (const r of store.list("releases"))
          if (r.metadata.name.startsWith("shop-")) store.remove("releases", r.metadata.name);
      }),
    );
    expect(made(end.cluster)).toEqual([]);
    expect(fate(end, "by-hand")).toBe("Completed Completed");
    expect(end.plan.slots?.[end.plan.liveSlot as "blue"]?.version).toBe("3.0.0");
  });

  it("goes back to a former version when somebody puts that in again", async () => {
    const end = await world(
      direct,
      later(200, plan(pkg("2.0.0"))),
      later(400, plan(pkg("3.0.0"))),
      later(600, plan(pkg("2.0.0"))),
      later(800, plan(pkg("3.0.0"))),
    );
    expect(made(end.cluster)).toEqual(["2.0.0", "3.0.0", "2.0.0", "3.0.0"]);
    expect(end.plan.slots?.[end.plan.liveSlot as "blue"]?.version).toBe("3.0.0");
    expect(end.plan.sequence).toBe(6);
  });

  it("stalls the plan when it ended badly, until another one is put in", async () => {
    const failed = { afterMs: 1_000, verdict: "failed" } as const;
    const bad = { ...direct, observe: failed };
    const end = await world(bad, later(300, plan(pkg("2.0.0"))));
    expect(planSays(end.plan, "Stalled")).toBe("True PackageReverted");
    const { message } = end.plan.conditions?.find((c) => c.type === "Stalled") ?? {};
    expect(message).toMatch(
      /^spec\.package 2\.0\.0 ended as Reverted: observe: health: .*; put in another package/,
    );
    expect(planSays(end.plan, "Ready")).toBe("True Serving");
    const mended = await world(bad, later(300, plan(pkg("2.0.0"))), later(500, plan({ package: undefined })));
    expect(planSays(mended.plan, "Stalled")).toBeUndefined();
  });
});
