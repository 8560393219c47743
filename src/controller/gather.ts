import type { FrozenRelease, TrafficTarget } from "../api/frozen.ts";
import type { KubeObject } from "../api/object.ts";
import type { Release } from "../api/release.ts";
import type { ReleasePlan } from "../api/release-plan.ts";
import type { CheckResult } from "../api/verification.ts";
import { resolveChecks } from "../core/gate/resolve.ts";
import { mergedValues, targetsOf } from "../core/plan/freeze.ts";
import { isBeingDeleted } from "../core/plan/guard-plan.ts";
import { adoptedOnRecord } from "../core/plan/live.ts";
import { previewService, slotService } from "../core/plan/names.ts";
import type { CheckResolution, Observed } from "../core/plan/observed.ts";
import { phaseOf } from "../core/plan/phases.ts";
import type { JournalBounds } from "../core/record/bounds.ts";
import type { SegmentOutcome } from "../core/record/segment.ts";
import { foundService } from "../core/traffic/found-service.ts";
import type { Segments } from "../ports/segments.ts";
import type { ProgramInfo, StackOutcome, Stacks } from "../ports/stacks.ts";
import type { AdoptionFinding, Backends, EntryServices, TrafficRouter } from "../ports/traffic-router.ts";
import { type PlanKey, splitPlanKey, type World } from "../ports/world.ts";
import { readPlan, readRelease, readTemplate } from "./read-objects.ts";
import { releaseVerifications } from "./release-verifications.ts";

export interface GatherPorts {
  readonly world: World;
  readonly stacks: Stacks;
  readonly router: TrafficRouter;
  readonly entries: EntryServices;
  /** Results of a Verification that runs here, ahead of its stored status. */
  readonly results: (uid: string) => readonly CheckResult[] | undefined;
  /** Absent where nothing is written. */
  readonly segments?: Segments;
  /** Default: the product's own. */
  readonly journalBounds?: JournalBounds;
  /** What is known of a program now, without waiting; the plan is woken when more is. Default: `stacks` is waited for. */
  readonly programs?: (
    key: PlanKey,
    name: string,
    values: Readonly<Record<string, unknown>>,
  ) => ProgramInfo | undefined;
}

/** An object that can't be read, and the field because of which. */
export interface Unreadable {
  readonly kind: "ReleasePlan" | "Release";
  readonly object: KubeObject;
  readonly message: string;
}

/** What a pass knows of its key: the snapshot, or why there is none. */
export type Gathered =
  | { readonly kind: "gone" }
  /** Nothing can be decided, and nothing is decided: no release of the plan runs by a form that is known. */
  | { readonly kind: "unreadable"; readonly message: string; readonly unreadable: readonly Unreadable[] }
  | {
      readonly kind: "observed";
      readonly observed: Observed;
      /** Releases that are left out, none of them the active one. */
      readonly unreadable: readonly Unreadable[];
    };

/** Reads everything that a decision about a plan depends on. Only the program is asked for, the rest is cached. */
export async function gather(ports: GatherPorts, key: PlanKey): Promise<Gathered> {
  const { world } = ports;
  const object = world.plan(key);
  if (object === undefined) return { kind: "gone" };
  const read = readPlan(object);
  const { releases, unreadable } = readReleases(world.releases(key));
  if (!read.ok) return nothingKnown([unreadablePlan(object, read.error), ...unreadable]);
  const { value: plan, problem } = read.value;
  const activeName = plan.status?.activeRelease;
  const active = releases.find((r) => r.metadata.name === activeName);
  // Only a release that runs by its frozen form is safe from a plan that says something else than it did.
  if (problem !== undefined && active?.status?.frozen === undefined)
    return nothingKnown([unreadablePlan(object, problem), ...unreadable]);
  // Taken for gone, an active release would be tidied away under its traffic.
  if (unreadable.some((u) => u.object.metadata.name === activeName)) return nothingKnown(unreadable);
  const observed = await observe(ports, key, plan, releases);
  return {
    kind: "observed",
    observed: problem === undefined ? observed : { ...observed, planProblem: problem },
    unreadable,
  };
}

const unreadablePlan = (object: KubeObject, message: string): Unreadable => ({
  kind: "ReleasePlan",
  object,
  message,
});

const nothingKnown = (unreadable: readonly Unreadable[]): Gathered => ({
  kind: "unreadable",
  message: unreadable.map((u) => `${u.kind} ${u.object.metadata.name}: ${u.message}`).join("; "),
  unreadable,
});

function readReleases(objects: readonly KubeObject[]): {
  readonly releases: readonly Release[];
  readonly unreadable: readonly Unreadable[];
} {
  const releases: Release[] = [];
  const unreadable: Unreadable[] = [];
  for (const object of objects) {
    const read = readRelease(object);
    const problem = read.ok ? read.value.problem : read.error;
    if (read.ok && (problem === undefined || read.value.value.status?.frozen !== undefined))
      releases.push(read.value.value);
    else unreadable.push({ kind: "Release", object, message: problem ?? "spec: invalid" });
  }
  return { releases, unreadable };
}

async function observe(
  ports: GatherPorts,
  key: PlanKey,
  plan: ReleasePlan,
  releases: readonly Release[],
): Promise<Observed> {
  const { world } = ports;
  const frozen = lastFrozen(plan, releases);
  const adoption = adoptRoutes(ports, plan, frozen);
  const { namespace, name } = splitPlanKey(key);
  return {
    plan,
    releases,
    slots: { blue: world.slot(key, "blue"), green: world.slot(key, "green") },
    ...adoptedSide(ports, namespace, plan, frozen, adoption),
    entry: ports.entries.observe(namespace, name, name),
    preview: ports.entries.observe(namespace, previewService(name), name),
    ...formerSide(ports, key, plan, releases),
    port: slotPort(ports, namespace, name, frozen),
    traffic: observeTraffic(ports, namespace, plan, frozen, adoption),
    adoption,
    operations: operationsOf(ports.stacks, plan, releases),
    programs: await readPrograms(ports, key, plan, releases),
    checks: checksOf(world, namespace, plan),
    verifications: releaseVerifications(world.verifications(key), releases, ports.results),
    ...journalsOf(ports, releases),
    intruders: world.intruders(key),
    namespaceTerminating: world.namespaceTerminating(namespace),
  };
}

/** The compiled form that traffic is read by: the active release's, or that of the one that ran last. */
function lastFrozen(plan: ReleasePlan, releases: readonly Release[]): FrozenRelease | undefined {
  const active = releases.find((r) => r.metadata.name === plan.status?.activeRelease)?.status?.frozen;
  if (active !== undefined) return active;
  return releases
    .filter((r) => r.status?.frozen !== undefined)
    .sort((a, b) => (a.status?.sequence ?? 0) - (b.status?.sequence ?? 0))
    .at(-1)?.status?.frozen;
}

/** Port of the slots' Services: as the last release has it, or as they are. */
const slotPort = ({ world }: GatherPorts, namespace: string, plan: string, frozen?: FrozenRelease): number =>
  frozen?.port ?? world.service(namespace, slotService(plan, "blue")).ports[0]?.port ?? 80;

function backends(
  ports: GatherPorts,
  namespace: string,
  plan: ReleasePlan,
  frozen?: FrozenRelease,
): Backends {
  const name = plan.metadata.name;
  const port = slotPort(ports, namespace, name, frozen);
  const adopted = frozen?.adoptedService;
  return {
    blue: { service: slotService(name, "blue"), port },
    green: { service: slotService(name, "green"), port },
    ...(adopted === undefined ? {} : { adopted: { service: adopted.name, port: adopted.port } }),
  };
}

/** The Service that serves as the route itself names it, where the releases that knew it have been deleted. */
function withAdopted(sides: Backends, plan: ReleasePlan, adoption: readonly AdoptionFinding[]): Backends {
  const found = foundService(adoption, plan.status?.adoptedService);
  return sides.adopted !== undefined || found === undefined ? sides : { ...sides, adopted: found };
}

function adoptRoutes(
  ports: GatherPorts,
  plan: ReleasePlan,
  frozen?: FrozenRelease,
): readonly AdoptionFinding[] {
  const namespace = plan.metadata.namespace ?? "default";
  const slots = backends(ports, namespace, plan, frozen);
  return (plan.spec.traffic?.routes ?? []).map((route) => ports.router.adopt(namespace, route, slots));
}

function adoptedSide(
  ports: GatherPorts,
  namespace: string,
  plan: ReleasePlan,
  frozen: FrozenRelease | undefined,
  adoption: readonly AdoptionFinding[],
): Pick<Observed, "adopted"> {
  const found = adoption.flatMap((a) => (a.ok && a.service !== undefined ? [a.service.service] : []))[0];
  const name = frozen?.adoptedService?.name ?? plan.status?.adoptedService ?? found;
  if (name === undefined) return {};
  const { exists, readyEndpoints } = ports.world.service(namespace, name);
  return { adopted: { exists, readyEndpoints } };
}

/**
 * The former Service: the one that became the entry, that is to become it, or that left the rule. Where the plan's
 * status is lost, the Service that carries the entry's mark, or that a release on record has started from.
 */
function formerSide(
  ports: GatherPorts,
  key: PlanKey,
  plan: ReleasePlan,
  releases: readonly Release[],
): Pick<Observed, "former" | "formerPlans"> {
  const { adoption, legacyService, liveSlot } = plan.status ?? {};
  const asked = plan.spec.traffic?.finishAdoption?.service;
  const known = adoption?.service ?? asked ?? legacyService;
  const service =
    liveSlot !== undefined
      ? known
      : (ports.world.markedEntries(key)[0] ?? known ?? adoptedOnRecord(releases)?.name);
  if (service === undefined) return {};
  const { namespace, name } = splitPlanKey(key);
  return {
    former: ports.entries.former(namespace, service, name),
    formerPlans: ports.world.plansOf(namespace, service).filter((other) => other !== name),
  };
}

function observeTraffic(
  ports: GatherPorts,
  namespace: string,
  plan: ReleasePlan,
  frozen: FrozenRelease | undefined,
  adoption: readonly AdoptionFinding[],
): Observed["traffic"] {
  // What is being ended goes by what it used, whatever the plan or the route has become since.
  const asFrozen = plan.status?.activeRelease !== undefined || isBeingDeleted(plan);
  const targets: readonly TrafficTarget[] =
    asFrozen && frozen !== undefined ? frozen.targets : targetsOf(plan, adoption);
  const sides = withAdopted(backends(ports, namespace, plan, frozen), plan, adoption);
  return targets.map((target) => ports.router.observe(namespace, target, sides));
}

/** Outcomes of the operations that the statuses of releases and plan name. */
function operationsOf(
  stacks: Stacks,
  plan: ReleasePlan,
  releases: readonly Release[],
): Record<string, StackOutcome> {
  const found: Record<string, StackOutcome> = {};
  const intents = [
    ...releases.map((r) => r.status?.intents),
    plan.status?.deletion?.intents,
    plan.status?.removal?.intents,
    plan.status?.restoring?.intents,
  ];
  for (const intent of intents.flatMap((list) => list ?? [])) {
    const outcome = intent.kind === "stack" ? stacks.outcome(intent.key) : undefined;
    if (outcome !== undefined) found[intent.key] = outcome;
  }
  return found;
}

/** Programs of the releases that could start, or that have to be compiled. */
async function readPrograms(
  ports: GatherPorts,
  key: PlanKey,
  plan: ReleasePlan,
  releases: readonly Release[],
): Promise<Record<string, ProgramInfo>> {
  const { stacks, programs } = ports;
  const { name } = plan.spec.stack.program;
  const starting = releases.filter((r) => phaseOf(r) === "Pending" && r.status?.frozen === undefined);
  const infos: Record<string, ProgramInfo> = {};
  for (const release of starting) {
    const values = mergedValues(plan, release);
    const info =
      programs === undefined
        ? await stacks.program(name, values, splitPlanKey(key).namespace)
        : programs(key, name, values);
    if (info !== undefined) infos[release.metadata.name] = info;
  }
  return infos;
}

/** Why a template may be there and is not seen. */
const NARROW =
  "; this controller looks after some namespaces only and reads no ClusterVerificationTemplate: copy it to a VerificationTemplate of this namespace";

function checksOf(world: World, namespace: string, plan: ReleasePlan): CheckResolution {
  const resolution = resolveChecks(plan.spec.verification ?? [], (kind, name) =>
    readTemplate(
      kind === "VerificationTemplate" ? world.template(namespace, name) : world.clusterTemplate(name),
    ),
  );
  if (resolution.ok) return resolution;
  const { kind, message } = resolution;
  const isNarrow = (world.namespaces?.length ?? 0) > 0;
  return { ok: false, kind, message: kind === "missing" && isNarrow ? `${message}${NARROW}` : message };
}

function journalsOf(
  { segments, journalBounds }: GatherPorts,
  releases: readonly Release[],
): Pick<Observed, "segments" | "journalBounds"> {
  const known = releases.flatMap(({ metadata: { uid = "" } }): readonly [string, SegmentOutcome][] => {
    const outcome = segments?.outcome(uid);
    return outcome === undefined ? [] : [[uid, outcome]];
  });
  return {
    ...(known.length === 0 ? {} : { segments: Object.fromEntries(known) }),
    ...(journalBounds === undefined ? {} : { journalBounds }),
  };
}
