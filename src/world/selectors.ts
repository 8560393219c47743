import { MARK } from "../api/object.ts";

/** A label selector as budgets have it, or the plain one of a Service. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

type Labels = Readonly<Record<string, string>>;

/** Whether a selector matches a set of labels. An empty selector of a budget matches everything. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  const plain = Object.entries(selector.matchLabels ?? {}).every(([k, v]) => labels[k] === v);
  return plain && (selector.matchExpressions ?? []).every((e) => matches(e, labels));
}

function matches(
  { key, operator, values = [] }: NonNullable<LabelSelector["matchExpressions"]>[number],
  labels: Labels,
): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      // An operator of a later Kubernetes: in doubt it selects, which holds a release rather than harming one.
      return true;
  }
}

/** Labels that say much come first: one that every pod of ours carries would find every selector. */
const TELLING = [MARK.release, MARK.plan, MARK.partOf];
const SAYING_NOTHING = [MARK.slot, MARK.managedBy];
const rank = (label: string): number => {
  const telling = TELLING.indexOf(label as never);
  if (telling >= 0) return telling - TELLING.length;
  return SAYING_NOTHING.includes(label as never) ? 1 : 0;
};

/**
 * Under what a selector is indexed: its most telling pair. Whatever it selects carries that pair, so that looking up
 * each label of a pod, and `ANYTHING`, finds every selector that may select the pod.
 */
export function selectorKey(namespace: string, matchLabels: Labels): string {
  const [best] = Object.entries(matchLabels).sort(
    ([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0),
  );
  return best === undefined ? `${namespace}/${ANYTHING}` : labelKey(namespace, best[0], best[1]);
}

const ANYTHING = "*";
const labelKey = (namespace: string, label: string, value: string): string =>
  `${namespace}/${label}=${value}`;

/** Every key under which a selector may be found that selects one of the label sets. */
export function keysOfLabels(namespace: string, sets: readonly Labels[]): readonly string[] {
  const keys = new Set([`${namespace}/${ANYTHING}`]);
  for (const labels of sets)
    for (const [label, value] of Object.entries(labels)) keys.add(labelKey(namespace, label, value));
  return [...keys];
}
