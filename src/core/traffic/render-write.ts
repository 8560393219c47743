/**
 * Writes to a route as JSON patches that touch the backendRefs of the given rules and our own annotations, and
 * nothing else. Forward writes are guarded by the resourceVersion; reverts are not, because gateways write route
 * status all the time and a revert must not lose against them: they test names and marks instead.
 */
import { MARK } from "../../api/object.ts";
import { type PatchOp, versionGuard } from "./json-patch.ts";
import { type LocatedRule, locateRules } from "./locate-rules.ts";
import type { TrafficWrite } from "./observation.ts";
import { readRule } from "./read-split.ts";
import { renderMarks } from "./render-marks.ts";
import { type RouteObject, routeLabel } from "./route-object.ts";
import { guardRule, isDone, planRule, type RuleEdit, renderRule, type WantedWeights } from "./rule-edit.ts";
import { forwardStale, RUN_MARKS, readMarks, readRun, revertStale } from "./runs.ts";
import { renderShares } from "./shares.ts";
import { sidesOf, splitProblem } from "./sides.ts";

export type RenderedWrite =
  | { readonly kind: "patch"; readonly ops: readonly PatchOp[] }
  /** The route already says it. */
  | { readonly kind: "same" }
  /** A later run, a revert or the completion came first. */
  | { readonly kind: "stale"; readonly message: string }
  | { readonly kind: "invalid"; readonly message: string };

const GUARDED = [RUN_MARKS.run, RUN_MARKS.reverted, RUN_MARKS.completed];

/** Renders a move forward: the split and the run's mark in one request, guarded by the version that was read. */
export function renderForward(
  route: RouteObject,
  write: TrafficWrite & { readonly resourceVersion: string },
): RenderedWrite {
  const stale = forwardStale(readMarks(route.metadata.annotations), write.run, write.end);
  if (stale !== undefined) return { kind: "stale", message: stale };
  const problem = writeProblem(write);
  if (problem !== undefined) return { kind: "invalid", message: problem };
  const { found, missing } = locateRules(route, write.namespace, write.target, write.backends);
  const released = write.end === "released";
  // A rule that its owner has taken away holds nothing that could be given back.
  if (missing.length > 0 && !released) return { kind: "invalid", message: goneRules(write, missing) };
  const edits = released ? found.map((rule) => giveBack(rule, write)) : planRules(found, write);
  const marks = renderMarks(route.metadata.annotations, forwardMarks(write), GUARDED);
  if (edits.every(isDone) && marks.changes.length === 0) return { kind: "same" };
  const changes = edits.flatMap((edit) => renderRule(edit, { all: false }));
  return {
    kind: "patch",
    ops: [versionGuard(write.resourceVersion), ...marks.guards, ...changes, ...marks.changes],
  };
}

/** Renders the way back, with the mark `reverted` in it. Rules that are gone don't hinder the others. */
export function renderRevert(route: RouteObject, write: TrafficWrite): RenderedWrite {
  const stale = revertStale(readMarks(route.metadata.annotations), write.run);
  if (stale !== undefined) return { kind: "stale", message: stale };
  const problem = writeProblem(write);
  if (problem !== undefined) return { kind: "invalid", message: problem };
  const { found, missing } = locateRules(route, write.namespace, write.target, write.backends);
  if (found.length === 0) return { kind: "invalid", message: goneRules(write, missing) };
  const edits = planRules(found, write);
  const wanted = { [RUN_MARKS.run]: write.run, [RUN_MARKS.reverted]: write.run, ...touchOf(write) };
  const marks = renderMarks(route.metadata.annotations, wanted, [RUN_MARKS.run, RUN_MARKS.completed]);
  if (edits.every(isDone) && marks.changes.length === 0) return { kind: "same" };
  const guards = edits.flatMap(guardRule);
  const changes = edits.flatMap((edit) => renderRule(edit, { all: true }));
  return { kind: "patch", ops: [...marks.guards, ...guards, ...changes, ...marks.changes] };
}

/** A side with a Service that the split does not name leaves the rules, as the adopted one does at completion. */
function leavingSides(write: TrafficWrite): WantedWeights {
  const leaving = sidesOf(write.backends).filter((side) => write.split[side] === undefined);
  return Object.fromEntries(leaving.map((side) => [side, "leave"]));
}

function planRules(found: readonly LocatedRule[], write: TrafficWrite): readonly RuleEdit[] {
  const wanted = { ...renderShares(write.split).weights, ...leavingSides(write) };
  return found.map((rule) => planRule(rule, write.namespace, write.backends, wanted));
}

/**
 * A rule as its owner gets it back: without the sides that leave, and otherwise as it is, whatever people made of the
 * weights. Only where a side that leaves still has a share must it go to those that stay.
 */
function giveBack(located: LocatedRule, write: TrafficWrite): RuleEdit {
  const { namespace, backends } = write;
  const leaving = leavingSides(write);
  const shares = readRule(located.rule, namespace, backends);
  const move = sidesOf(leaving).some((side) => (shares[side] ?? 0) > 0);
  const wanted = move ? { ...renderShares(write.split).weights, ...leaving } : leaving;
  return planRule(located, namespace, backends, wanted, "keep");
}

function forwardMarks(write: TrafficWrite): Record<string, string | null> {
  if (write.end === "released")
    return Object.fromEntries([...GUARDED, MARK.touched].map((key) => [key, null]));
  const run = { [RUN_MARKS.run]: write.run };
  return write.end === "completed"
    ? { ...run, [RUN_MARKS.completed]: write.run, [MARK.touched]: null }
    : { ...run, ...touchOf(write) };
}

const touchOf = ({ touch }: TrafficWrite): Record<string, string> =>
  touch === undefined ? {} : { [MARK.touched]: touch };

const writeProblem = (write: TrafficWrite): string | undefined =>
  readRun(write.run) === undefined
    ? `"${write.run}" is no run; it is <release uid>/<sequence>`
    : splitProblem(write.split, write.backends);

const goneRules = (write: TrafficWrite, missing: readonly string[]): string =>
  `${routeLabel(write.namespace, write.target.name, write.target.kind)} no longer has the rule ${missing.join(", ")}; put it back`;
