/**
 * The user's own Service that served before the first release, and how it becomes the plan's entry: in one write its
 * selector moves from the user's pods to the live slot, and a mark says for whom.
 */
import { MARK } from "../../api/object.ts";
import type { Slot } from "../../api/release-plan.ts";
import { readEntry, type ServiceObject } from "./entry-selector.ts";
import { type PatchOp, pointer } from "./json-patch.ts";
import { readGitOpsOwner } from "./owners.ts";
import { renderMarks } from "./render-marks.ts";
import type { RenderedWrite } from "./render-write.ts";

export interface Problem {
  readonly reason: string;
  readonly message: string;
}

/** A port of the Service and where it leads in a pod. */
export interface ServiceTarget {
  readonly port: number;
  /** Number of a port of the pods, or name of a container's port. */
  readonly target: number | string;
  readonly protocol: string;
}

export interface FormerService {
  readonly service: string;
  readonly exists: boolean;
  /** Slot of the plan that it selects. */
  readonly slot?: Slot;
  /** It carries the mark of this plan. */
  readonly marked: boolean;
  readonly targets: readonly ServiceTarget[];
  readonly selector?: Readonly<Record<string, string>>;
  /** Why it can't become an entry, whatever the program's ports are. */
  readonly problem?: Problem;
  readonly gitOpsOwner?: string;
}

/** Ports of the pods behind a slot: those that the program declares, and the names that its containers give them. */
export interface PodPorts {
  readonly numbers: readonly number[];
  readonly names: readonly string[];
}

/** What is to be known of the Service named `service` before it is taken over. */
export function readFormer(service: string, object: ServiceObject | undefined, plan: string): FormerService {
  if (object === undefined) return { service, exists: false, marked: false, targets: [] };
  const { slot } = readEntry(object, plan);
  const problem = slot === undefined ? unfit(object, plan) : undefined;
  const gitOpsOwner = readGitOpsOwner(object.metadata);
  const { selector } = object.spec ?? {};
  return {
    service,
    exists: true,
    marked: object.metadata.annotations?.[MARK.entry] === plan,
    targets: targetsOf(object),
    ...(slot === undefined ? {} : { slot }),
    ...(selector === undefined ? {} : { selector }),
    ...(problem === undefined ? {} : { problem }),
    ...(gitOpsOwner === undefined ? {} : { gitOpsOwner }),
  };
}

const targetsOf = ({ spec }: ServiceObject): readonly ServiceTarget[] =>
  (spec?.ports ?? []).map(({ port, targetPort, protocol }) => ({
    port,
    target: targetPort === undefined || targetPort === 0 || targetPort === "" ? port : targetPort,
    protocol: protocol ?? "TCP",
  }));

function unfit({ metadata, spec }: ServiceObject, plan: string): Problem | undefined {
  const label = `Service "${metadata.name}"`;
  const problem = (reason: string, message: string): Problem => ({ reason, message: `${label} ${message}` });
  const owner = metadata.annotations?.[MARK.entry] ?? spec?.selector?.[MARK.plan];
  if (metadata.deletionTimestamp !== undefined) return problem("ServiceTerminating", "is being deleted");
  if (spec?.type === "ExternalName")
    return problem(
      "ExternalName",
      "is of type ExternalName and selects no pods; its callers need another Service",
    );
  if (spec?.clusterIP === "None")
    return problem(
      "Headless",
      "is headless (spec.clusterIP: None): callers keep addresses of pods, which a switch would not reach; it stays as it is",
    );
  if (owner !== undefined && owner !== plan) return problem("ServiceInUse", `belongs to the plan "${owner}"`);
  if (Object.keys(spec?.selector ?? {}).length === 0)
    return problem(
      "NoSelector",
      "has no spec.selector: somebody else fills in its endpoints; it stays as it is",
    );
  return undefined;
}

/** The first port that would lead nowhere in the slot's pods. */
export function portProblem(
  former: Pick<FormerService, "service" | "targets">,
  pods: PodPorts,
): Problem | undefined {
  const lost = former.targets.find(({ target, protocol }) => {
    const known: readonly (number | string)[] = typeof target === "number" ? pods.numbers : pods.names;
    return protocol !== "TCP" || !known.includes(target);
  });
  if (lost === undefined) return undefined;
  const has = [...pods.numbers, ...pods.names].join(", ");
  return {
    reason: "PortsDoNotFit",
    message: `port ${lost.port} of Service "${former.service}" leads to ${lost.protocol} port ${lost.target} of the pods, and the slots' pods have ${has || "none"}; correct its targetPort, or the program's ports`,
  };
}

/** The switch of a former Service to the live slot. */
export interface TakeOver {
  readonly plan: string;
  readonly slot: Slot;
  readonly pods: PodPorts;
}

/**
 * Renders the one write. Guarded by tests on all that it was decided by, so that a Service that somebody changes at
 * the same moment, or that has been taken over already, is left alone.
 */
export function renderTakeOver(service: ServiceObject, { plan, slot, pods }: TakeOver): RenderedWrite {
  const former = readFormer(service.metadata.name, service, plan);
  if (former.marked && former.slot !== undefined) return { kind: "same" };
  const problem = former.problem ?? portProblem(former, pods);
  if (problem !== undefined) return { kind: "invalid", message: problem.message };
  const { selector, ports } = service.spec ?? {};
  const wanted = { [MARK.entry]: plan, [MARK.formerSelector]: JSON.stringify(selector) };
  const marks = renderMarks(service.metadata.annotations, wanted, [MARK.entry]);
  const test = (member: string, value: unknown): PatchOp => ({
    op: "test",
    path: pointer("spec", member),
    value,
  });
  return {
    kind: "patch",
    ops: [
      test("selector", selector),
      test("ports", ports),
      ...marks.guards,
      {
        op: "replace",
        path: pointer("spec", "selector"),
        value: { [MARK.plan]: plan, [MARK.slot]: slot },
      },
      ...marks.changes,
    ],
  };
}
