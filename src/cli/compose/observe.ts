import type { Release } from "../../api/release.ts";
import { err } from "../../base/result.ts";
import { gather } from "../../controller/gather.ts";
import type { KubeObject } from "../../kube/kube-object.ts";
import type { ReadStore } from "../../kube/object-store.ts";
import { planKey } from "../../ports/world.ts";
import { EntrySelectors } from "../../traffic/entry-service.ts";
import { HttpRouteRouter } from "../../traffic/http-route.ts";
import type { ObjectAccess, VersionedObject } from "../../traffic/object-access.ts";
import type { KubeWorld } from "../../world/world.ts";
import { CliFailure } from "../cli-failure.ts";
import type { ObserveRequest, PlanObservation } from "../command-context.ts";
import { LocalPrograms } from "./local-programs.ts";
import { readWorld } from "./read-world.ts";

const refusal = err({ kind: "forbidden", message: "the command line does not write" });

/** Objects that were read; a write through it is refused, so that looking can never change anything. */
const readOnly = <T extends VersionedObject>(store: ReadStore<KubeObject>): ObjectAccess<T> => ({
  get: (namespace, name) => store.get({ namespace, name }) as T | undefined,
  read: () => Promise.resolve(refusal),
  patch: () => Promise.resolve(refusal),
});

/**
 * Reads what the controller would decide on, by the controller's own `gather`, with the person's rights and without
 * any write. @throws CliFailure when there is no plan, or one that can't be read
 */
export async function observe(request: ObserveRequest): Promise<PlanObservation> {
  const { cluster, plan } = request;
  const { namespace } = cluster;
  const read = await readWorld(cluster, plan, request.supposed);
  if (read.plan === undefined)
    throw new CliFailure(
      `there is no plan "${plan}" in namespace ${namespace}; "bascule status -n ${namespace}" lists what there is`,
    );
  const { world } = read;
  const { clock } = cluster;
  const programs = new LocalPrograms({
    clock,
    folders: request.programs,
    last: lastFrozen(world, namespace, plan),
  });
  const { routes, services } = world.reflectors;
  const gateways = { gateway: () => undefined, gatewayClass: () => undefined };
  const gathered = await gather(
    {
      world,
      stacks: programs,
      router: new HttpRouteRouter(readOnly(routes.store), gateways),
      entries: new EntrySelectors(readOnly(services.store)),
      results: () => undefined,
    },
    planKey(namespace, plan),
  );
  if (gathered.kind !== "observed")
    throw new CliFailure(
      `plan ${plan} can't be used: ${gathered.kind === "unreadable" ? gathered.message : "it is gone"}`,
    );
  const { observed } = gathered;
  return { observed, now: cluster.now(), notes: [...read.notes, ...programs.notes] };
}

/** The compiled form of the release that ran last. */
function lastFrozen(world: KubeWorld, namespace: string, plan: string): FrozenOf {
  return (world.releases(planKey(namespace, plan)) as readonly Release[])
    .filter((r) => r.status?.frozen !== undefined)
    .sort((a, b) => (a.status?.sequence ?? 0) - (b.status?.sequence ?? 0))
    .at(-1)?.status?.frozen;
}
type FrozenOf = NonNullable<Release["status"]>["frozen"];
