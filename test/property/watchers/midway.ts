/** A court over a world in the middle of a release, so that a violation can be planted into it. */
import type { Release, ReleaseStatus } from "../../../src/api/release.ts";
import { Cluster, OLD_SERVICE, PLAN } from "../world/cluster.ts";
import { Controller } from "../world/controller.ts";
import { allLaws } from "../world/laws/index.ts";
import { Court } from "../world/laws/law.ts";
import { CALM } from "../world/scenario.ts";
import { Simulation } from "../world/simulation.ts";
import type { Stored } from "../world/store.ts";

export const RELEASE = "r1";

/** Blue at 50 % and held there, the user's own Service live; every law watched on the way and none was broken. */
export async function midway(): Promise<Court> {
  const sim = new Simulation();
  const cluster = new Cluster(sim, {
    ...CALM,
    start: "adopted",
    weights: [50],
    hold: "manual",
    downMs: 3_600_000,
  });
  const court = new Court(cluster);
  const controller = new Controller(cluster, allLaws(court));
  cluster.makePlan();
  cluster.makeRoute(PLAN, [{ name: OLD_SERVICE, port: 8080, weight: 1 }]);
  cluster.makeRelease(RELEASE, "1.0.0");
  controller.start();
  await sim.run(5 * 60_000);
  const { phase, hold } = statusOf(court);
  if (phase !== "Shifting" || hold?.reason !== "ManualHold") throw new Error(`${phase} is not midway`);
  controller.kill(); // nobody mends what is planted
  return court;
}

/** The release as it is stored. */
export function releaseOf(court: Court): Release {
  const release = court.release(RELEASE);
  if (release === undefined) throw new Error(`there is no ${RELEASE}`);
  return release;
}

export const statusOf = (court: Court): ReleaseStatus =>
  releaseOf(court).status ?? { observedGeneration: -1 };

/** Changes the stored status of the release. */
export function editStatus(court: Court, change: Partial<ReleaseStatus>): void {
  court.cluster.store.edit("releases", RELEASE, (r) => ({
    ...r,
    status: { ...(r.status as object), ...change },
  }));
}

/** The route as it is stored. */
export function routeOf(court: Court): Stored {
  const route = court.cluster.store.get("routes", PLAN);
  if (route === undefined) throw new Error("there is no route");
  return route;
}

/** The route with other weights, and with `marks` among its annotations. */
export function weighted(
  route: Stored,
  weights: Readonly<Record<string, number>>,
  marks: Readonly<Record<string, string>> = {},
): Stored {
  type Rules = { readonly rules: readonly { readonly backendRefs: readonly { readonly name: string }[] }[] };
  const rules = (route.spec as Rules).rules.map((rule) => ({
    ...rule,
    backendRefs: rule.backendRefs.map((ref) => ({ ...ref, weight: weights[ref.name] ?? 0 })),
  }));
  const annotations = { ...route.metadata.annotations, ...marks };
  return {
    ...route,
    metadata: { ...route.metadata, annotations },
    spec: { ...(route.spec as object), rules },
  };
}
