import { MANAGER, MARK } from "../../api/object.ts";
import type { Release } from "../../api/release.ts";
import { SLOTS } from "../../api/release-plan.ts";
import { err } from "../../base/result.ts";
import { gather } from "../../controller/gather.ts";
import { readPlan } from "../../controller/read-objects.ts";
import { mergedValues } from "../../core/plan/freeze.ts";
import { idleSlot } from "../../core/plan/names.ts";
import type { KubeObject } from "../../kube/kube-object.ts";
import type { ReadStore } from "../../kube/object-store.ts";
import type { PodShape, SlotInput } from "../../ports/stacks.ts";
import { planKey } from "../../ports/world.ts";
import { EntrySelectors } from "../../traffic/entry-service.ts";
import { HttpRouteRouter } from "../../traffic/http-route.ts";
import type { ObjectAccess, VersionedObject } from "../../traffic/object-access.ts";
import type { KubeWorld } from "../../world/world.ts";
import { CliFailure } from "../cli-failure.ts";
import type { ObserveRequest, PlanObservation } from "../command-context.ts";
import { LocalPrograms } from "./local-programs.ts";
import { policiesOn } from "./network-policies.ts";
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
    slot: slotOf(read.plan, request.supposed),
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
  const seen = { observed, now: cluster.now(), notes: [...read.notes, ...programs.notes] };
  if (request.supposed === undefined) return seen;
  const { pods, sharedObjects } = programs;
  const { policies, notes } = await policiesOn(cluster, plan, labelsOf(plan, pods));
  return {
    ...seen,
    policies,
    notes: [...seen.notes, ...notes],
    ...(pods === undefined ? {} : { pods }),
    ...(sharedObjects === undefined ? {} : { sharedObjects }),
  };
}

/** The slot that the supposed release would go to. */
function slotOf(object: KubeObject, release: Release | undefined): SlotInput | undefined {
  const read = readPlan(object);
  if (release === undefined || !read.ok) return undefined;
  const { metadata, status } = read.value.value;
  const { name, namespace = "default" } = metadata;
  const { version, image = "", images = { main: image } } = release.spec.package;
  const values = mergedValues(read.value.value, release);
  return {
    namespace,
    plan: name,
    slot: idleSlot(status?.liveSlot ?? "none"),
    release: release.metadata.name,
    version,
    images,
    values,
  };
}

/** Labels of the pods of both slots: the program's, or at least those that every slot's pods carry. */
function labelsOf(
  plan: string,
  pods: readonly PodShape[] | undefined,
): readonly Readonly<Record<string, string>>[] {
  const ours = { [MARK.managedBy]: MANAGER, [MARK.partOf]: plan, [MARK.plan]: plan };
  const sets = pods === undefined || pods.length === 0 ? [ours] : pods.map(({ labels }) => labels);
  return SLOTS.flatMap((slot) => sets.map((labels) => ({ ...labels, [MARK.slot]: slot })));
}

/** The compiled form of the release that ran last. */
function lastFrozen(world: KubeWorld, namespace: string, plan: string): FrozenOf {
  return (world.releases(planKey(namespace, plan)) as readonly Release[])
    .filter((r) => r.status?.frozen !== undefined)
    .sort((a, b) => (a.status?.sequence ?? 0) - (b.status?.sequence ?? 0))
    .at(-1)?.status?.frozen;
}
type FrozenOf = NonNullable<Release["status"]>["frozen"];
