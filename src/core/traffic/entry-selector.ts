/** The entry and preview Services select one slot each; here is what they say and how they are switched. */
import { MARK } from "../../api/object.ts";
import { SLOTS, type Slot } from "../../api/release-plan.ts";
import { pointer } from "./json-patch.ts";
import { renderMarks } from "./render-marks.ts";
import type { RenderedWrite } from "./render-write.ts";
import type { RouteMeta } from "./route-object.ts";
import { forwardStale, RUN_MARKS, readMarks, readRun, revertStale } from "./runs.ts";

export interface ServiceObject {
  readonly metadata: RouteMeta;
  readonly spec?: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly type?: string;
    readonly clusterIP?: string;
    readonly ports?: readonly ServicePort[];
  };
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly protocol?: string;
}

export interface EntryReading {
  readonly exists: boolean;
  /** It selects pods of this plan, and is not a slot's own Service: only then is it ever written. */
  readonly ours: boolean;
  readonly slot?: Slot;
  readonly run?: string;
}

/** Reads which slot a Service selects. */
export function readEntry(service: ServiceObject | undefined, plan: string): EntryReading {
  if (service === undefined) return { exists: false, ours: false };
  const selector = service.spec?.selector ?? {};
  const run = readMarks(service.metadata.annotations).run;
  const slot = SLOTS.find((name) => name === selector[MARK.slot]);
  const isSlotService = SLOTS.some((name) => service.metadata.name === `${plan}-${name}`);
  const ours = selector[MARK.plan] === plan && slot !== undefined && !isSlotService;
  return {
    exists: true,
    ours,
    ...(ours ? { slot } : {}),
    ...(run === undefined ? {} : { run }),
  };
}

export interface EntryEdit {
  readonly plan: string;
  readonly slot: Slot;
  /** Fences late leaders off, as on a route; a Service that is only looked at by tests may do without. */
  readonly run?: string;
  /** The write takes traffic back. */
  readonly reverts?: boolean;
}

/**
 * Renders the switch of a Service to a slot. It is guarded by the selector's plan and by the marks, not by the
 * resourceVersion: it says everything that it depends on, and is the same whether it is the first or the second.
 */
export function renderSelect(service: ServiceObject, edit: EntryEdit): RenderedWrite {
  const { name, annotations } = service.metadata;
  if (!readEntry(service, edit.plan).ours)
    return {
      kind: "invalid",
      message: `Service "${name}" does not select a slot of the plan "${edit.plan}" (spec.selector needs ${MARK.plan} and ${MARK.slot}); it is left alone`,
    };
  const { run } = edit;
  if (run !== undefined && readRun(run) === undefined)
    return { kind: "invalid", message: `"${run}" is no run; it is <release uid>/<sequence>` };
  const marks = readMarks(annotations);
  const stale =
    run === undefined ? undefined : edit.reverts ? revertStale(marks, run) : forwardStale(marks, run);
  if (stale !== undefined) return { kind: "stale", message: stale };
  const wanted = run === undefined ? {} : { [RUN_MARKS.run]: run };
  const back = run !== undefined && edit.reverts ? { [RUN_MARKS.reverted]: run } : {};
  const written = renderMarks(annotations, { ...wanted, ...back }, Object.values(RUN_MARKS));
  if (service.spec?.selector?.[MARK.slot] === edit.slot && written.changes.length === 0)
    return { kind: "same" };
  return {
    kind: "patch",
    ops: [
      { op: "test", path: pointer("spec", "selector", MARK.plan), value: edit.plan },
      ...(run === undefined ? [] : written.guards),
      { op: "add", path: pointer("spec", "selector", MARK.slot), value: edit.slot },
      ...written.changes,
    ],
  };
}
