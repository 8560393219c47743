import { sideOf } from "./backend-refs.ts";
import { type PatchOp, pointer } from "./json-patch.ts";
import type { LocatedRule } from "./locate-rules.ts";
import type { BackendRef } from "./route-object.ts";
import { DEFAULT_WEIGHT } from "./shares.ts";
import type { Backends, Side } from "./sides.ts";

/** What has to change in one rule's backendRefs. */
export interface RuleEdit {
  readonly index: number;
  readonly name?: string;
  /** The backendRefs as they were read. */
  readonly refs: readonly BackendRef[] | undefined;
  /** Weight that each backendRef is to have, in their order; undefined for one that leaves. */
  readonly weights: readonly (number | undefined)[];
  readonly added: readonly BackendRef[];
}

/** What becomes of backendRefs that the wanted weights say nothing of. */
export type Others = "zero" | "keep";

/** Weight of each side; `leave` takes the side's backendRef out. */
export type WantedWeights = Readonly<Partial<Record<Side, number | "leave">>>;

/**
 * Works out the edit. Backends of nobody we know stay, without a share unless they are to be kept. A new backendRef takes over the filters
 * (and whatever else people wrote) of the one that it stands beside: the candidate is called as the live side is.
 */
export function planRule(
  located: LocatedRule,
  namespace: string,
  backends: Backends,
  wanted: WantedWeights,
  others: Others = "zero",
): RuleEdit {
  const refs = located.rule.backendRefs;
  const seen = new Set<Side>();
  const weights = (refs ?? []).map((ref) => {
    const side = sideOf(ref, namespace, backends);
    const asked = side === undefined ? undefined : wanted[side];
    if (asked === "leave") return undefined;
    if (asked === undefined && others === "keep") return ref.weight ?? DEFAULT_WEIGHT;
    const weight = asked ?? 0;
    if (side === undefined || seen.has(side)) return 0;
    seen.add(side);
    return weight;
  });
  const sample = (refs ?? []).find((ref) => sideOf(ref, namespace, backends) !== undefined);
  const added = (Object.keys(wanted) as Side[]).flatMap((side) => {
    const [weight, backend] = [wanted[side], backends[side]];
    if (typeof weight !== "number" || seen.has(side) || backend === undefined) return [];
    return [{ ...extrasOf(sample), name: backend.service, port: backend.port, weight }];
  });
  const { index, name } = located;
  return { index, refs, weights, added, ...(name === undefined ? {} : { name }) };
}

function extrasOf(ref: BackendRef | undefined): Readonly<Record<string, unknown>> {
  if (ref === undefined) return {};
  const own = new Set(["group", "kind", "name", "namespace", "port", "weight"]);
  return Object.fromEntries(Object.entries(ref).filter(([key]) => !own.has(key)));
}

/** Whether backendRefs come or go. */
export const changesShape = (edit: RuleEdit): boolean =>
  edit.added.length > 0 || edit.weights.includes(undefined);

/** Whether the rule already is as it is to be. */
export const isDone = (edit: RuleEdit): boolean =>
  !changesShape(edit) && edit.weights.every((weight, index) => weightOf(edit.refs?.[index]) === weight);

const weightOf = (ref: BackendRef | undefined): number => ref?.weight ?? DEFAULT_WEIGHT;

/**
 * Tests that indexes still mean what they meant: names and ports where only weights change, everything where
 * backendRefs come or go.
 */
export function guardRule(edit: RuleEdit): readonly PatchOp[] {
  const rule = (...rest: (string | number)[]): string => pointer("spec", "rules", edit.index, ...rest);
  const named: PatchOp[] =
    edit.name === undefined ? [] : [{ op: "test", path: rule("name"), value: edit.name }];
  if (changesShape(edit))
    return [...named, { op: "test", path: rule("backendRefs"), value: edit.refs ?? null }];
  return (edit.refs ?? []).reduce<PatchOp[]>((ops, ref, index) => {
    const path = (member: string): string => rule("backendRefs", index, member);
    ops.push({ op: "test", path: path("name"), value: ref.name });
    ops.push({ op: "test", path: path("port"), value: ref.port ?? null });
    return ops;
  }, named);
}

/** The operations of the edit; `all` writes weights also where they looked right, because the reading may be old. */
export function renderRule(edit: RuleEdit, options: { readonly all: boolean }): readonly PatchOp[] {
  const list = (...rest: (string | number)[]): string =>
    pointer("spec", "rules", edit.index, "backendRefs", ...rest);
  if (edit.refs === undefined)
    return edit.added.length === 0 ? [] : [{ op: "add", path: list(), value: edit.added }];
  const ops: PatchOp[] = [];
  for (const [index, weight] of edit.weights.entries())
    if (weight !== undefined && (options.all || weightOf(edit.refs[index]) !== weight))
      ops.push({ op: "add", path: list(index, "weight"), value: weight });
  for (const value of edit.added) ops.push({ op: "add", path: list("-"), value });
  // From the end, so that indexes stay what they are.
  for (const index of [...edit.weights.keys()].reverse())
    if (edit.weights[index] === undefined) ops.push({ op: "remove", path: list(index) });
  return ops;
}
