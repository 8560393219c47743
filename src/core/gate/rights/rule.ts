/** A rule of a Role or ClusterRole, as the API has it. */
export interface PolicyRule {
  readonly apiGroups?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly verbs?: readonly string[] | undefined;
  readonly resourceNames?: readonly string[] | undefined;
  readonly nonResourceURLs?: readonly string[] | undefined;
}

/** The whole cluster, where a namespace is told. */
export const EVERYWHERE = "*";

/** A rule where it holds. */
export interface Grant {
  /** Namespace, or `*` for the whole cluster. */
  readonly namespace: string;
  readonly rule: PolicyRule;
}

/** The smallest thing that a rule grants: one verb on one resource, object or path. Members may be wildcards. */
export interface Right {
  readonly namespace: string;
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  /** Absent: any object. */
  readonly name?: string;
  readonly url?: string;
}

/** A rule may name hundreds of verbs and resources; of more than so many rights none is taken apart. */
const MOST_RIGHTS = 5_000;

/** Everything that a grant holds; undefined when it is more than can be held against others. */
export function rightsIn({ namespace, rule }: Grant): readonly Right[] | undefined {
  const { apiGroups = [], resources = [], verbs = [], nonResourceURLs = [] } = rule;
  const names = rule.resourceNames?.length ? rule.resourceNames : [undefined];
  const count = verbs.length * (apiGroups.length * resources.length * names.length + nonResourceURLs.length);
  if (count > MOST_RIGHTS) return undefined;
  return verbs.flatMap((verb) => [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        names.map((name) => ({ namespace, verb, group, resource, ...(name === undefined ? {} : { name }) })),
      ),
    ),
    // Paths are granted for the whole cluster or not at all.
    ...(namespace === EVERYWHERE ? nonResourceURLs.map((url) => ({ namespace, verb, url })) : []),
  ]);
}

/** Whether a grant holds a right, read as the API server reads its wildcards. */
export function holds({ namespace, rule }: Grant, right: Right): boolean {
  if (namespace !== EVERYWHERE && namespace !== right.namespace) return false;
  if (!matches(rule.verbs, right.verb)) return false;
  if (right.url !== undefined) return urlMatches(rule.nonResourceURLs, right.url);
  if (!matches(rule.apiGroups, right.group ?? "")) return false;
  if (!resourceMatches(rule.resources, right.resource ?? "")) return false;
  const names = rule.resourceNames ?? [];
  return names.length === 0 || (right.name !== undefined && names.includes(right.name));
}

const matches = (list: readonly string[] = [], wanted: string): boolean =>
  list.includes("*") || list.includes(wanted);

// `*` holds every resource with its subresources, `pods` none of them, `*/scale` the one of any resource.
function resourceMatches(list: readonly string[] = [], wanted: string): boolean {
  if (matches(list, wanted)) return true;
  const [, subresource] = wanted.split("/");
  return subresource !== undefined && list.includes(`*/${subresource}`);
}

const urlMatches = (list: readonly string[] = [], wanted: string): boolean =>
  list.some((url) => url === wanted || (url.endsWith("*") && wanted.startsWith(url.slice(0, -1))));

/** A right in words: `create pods/exec in shop`. */
export function tellRight({ namespace, verb, group, resource, name, url }: Right): string {
  if (url !== undefined) return `${verb} ${url}`;
  const where = namespace === EVERYWHERE ? "in the whole cluster" : `in ${namespace}`;
  const of = group === "" || group === undefined ? resource : `${resource}.${group}`;
  return `${verb} ${of}${name === undefined ? "" : ` "${name}"`} ${where}`;
}
