import { describe, expect, it } from "vitest";
import type { Release, ReleaseStatus } from "../../../src/api/release.ts";
import { hours } from "../../../src/base/duration.ts";
import { between, instant, plus, readInstant, renderInstant } from "../../../src/base/instant.ts";
import { decide } from "../../../src/core/plan/decide.ts";
import { withoutFuture } from "../../../src/core/plan/future-times.ts";
import { midway } from "../watchers/midway.ts";
import { type Cluster, PLAN } from "../world/cluster.ts";
import type { WorldEnd } from "../world/judge-end.ts";
import { fate, later, world } from "./support.ts";

const TIME = /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g;
/** The same with every time in it an hour later: told by a clock that has been put back since. */
const ahead = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value).replaceAll(TIME, (text) => {
      const time = readInstant(JSON.parse(text) as string);
      return JSON.stringify(renderInstant(plus(time ?? instant(0), hours(1))));
    }),
  ) as T;

/** Where the release stands and how it ends was written down by a clock that was an hour ahead. */
const putBack = ({ store }: Cluster): void => {
  store.edit("releases", "r1", (r) => {
    const { position, ending, intents = [], ...status } = r.status as ReleaseStatus;
    const times = ahead({ position, ending, intents });
    return { ...r, status: { ...status, ...times } };
  });
  store.edit("plans", PLAN, (p) => ({ ...p, status: ahead(p.status) }));
};

const span = (end: WorldEnd): number => {
  const { startedAt = "", finishedAt = "" } = end.releases.r1?.status ?? {};
  const [from, to] = [readInstant(startedAt), readInstant(finishedAt)];
  return from === undefined || to === undefined ? Number.NaN : between(from, to);
};

describe("times that lie ahead, because the API server's clock was put back", () => {
  const held = { weights: [40], hold: "2m" } as const;

  it("keep no release for as long as that: its wait begins anew, wherever it stands", async () => {
    const calm = span(await world(held));
    for (const seconds of [4, 20, 60, 120]) {
      const end = await world(held, later(seconds, putBack));
      expect(fate(end), `put back after ${seconds} s`).toBe("Completed Completed");
      expect(span(end), `put back after ${seconds} s`).toBeLessThan(calm + seconds * 1_000 + 60_000);
    }
  });

  it("keep no revert", async () => {
    const failed = { afterMs: 1_000, verdict: "failed" } as const;
    const calm = await world({ ...held, observe: failed });
    expect(fate(calm)).toBe("Reverted GateFailed");
    for (const seconds of [30, 40, 50]) {
      const end = await world({ ...held, observe: failed }, later(seconds, putBack));
      expect(fate(end), `put back after ${seconds} s`).toBe("Reverted GateFailed");
      expect(span(end)).toBeLessThan(span(calm) + 120_000);
    }
  });

  it("shorten no hold", async () => {
    const court = await midway();
    const { observed } = court;
    if (observed === undefined) throw new Error("nothing was observed");
    const now = court.cluster.sim.now();
    const releases = observed.releases.map((r): Release => ({ ...r, status: ahead(r.status) }) as Release);
    const position = decide({ ...observed, releases }, now).releases.r1?.position;
    expect(readInstant(position?.inForceAt ?? "")).toBe(now);
  });

  it("are left alone while they are the pauses that were decided", async () => {
    const { observed, cluster } = await midway();
    if (observed === undefined) throw new Error("nothing was observed");
    expect(withoutFuture(observed, cluster.sim.now())).toBe(observed);
  });
});
