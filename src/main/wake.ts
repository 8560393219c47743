import { MARK } from "../api/object.ts";
import { sameJson } from "../base/json.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import type { Change } from "../kube/object-store.ts";
import type { Watched } from "../kube/watched.ts";
import { type PlanKey, planKey } from "../ports/world.ts";
import { planOfLabel, planOfRelease, planOfVerification, type Seen } from "../world/indexers.ts";
import type { KubeWorld } from "../world/world.ts";

export interface Why {
  /** It was there when the process started. */
  readonly initial: boolean;
  /**
   * Somebody changed the plan or a release of it, or what serves traffic changed: no back-off is waited for. What
   * follows from our own writes of status never says so.
   */
  readonly news: boolean;
}

/** Says that a plan needs a look. */
export type Wake = (key: PlanKey, why: Why) => void;

type KeysOf = (object: Seen, change: Change<KubeObject>) => readonly string[];

/**
 * Turns every change in the watched world into looks at the plans that it may concern, found by index: no change
 * costs more because there are many plans. What an object was before it changed counts as much as what it is now.
 * @returns what ends it
 */
export function wakeOnChanges(world: KubeWorld, wake: Wake): () => void {
  const { reflectors: r } = world;
  const ends: (() => void)[] = [];
  const on = (reflector: Watched<KubeObject>, keysOf: KeysOf, isNews: IsNews = never): void => {
    const end = reflector.subscribe((change) => {
      const why = { initial: change.kind === "added" && change.initial, news: isNews(change) };
      const seen = change.kind === "updated" ? [change.before, change.object] : [change.object];
      const keys = new Set(seen.flatMap((object) => keysOf(object as Seen, change)));
      for (const key of keys) wake(key as PlanKey, why);
    });
    ends.push(end);
  };
  on(r.plans, (o) => [planKey(namespaceOf(o), o.metadata.name)], specChanged);
  on(r.releases, planOfRelease, specChanged);
  on(r.verifications, planOfVerification);
  for (const reflector of [r.deployments, r.autoscalers, r.pods]) on(reflector, planOfLabel);
  on(r.endpoints, (o) => ofService(world, namespaceOf(o), o.metadata.labels?.service ?? ""), readyChanged);
  on(r.services, (o, change) => [
    ...planOfLabel(o),
    ...ofService(world, namespaceOf(o), o.metadata.name),
    ...stoodInTheWayOf(world, o, change),
  ]);
  on(r.budgets, (o, change) => stoodInTheWayOf(world, o, change));
  on(r.routes, (o) => plans(world, "route", `${namespaceOf(o)}/${o.metadata.name}`), specChanged);
  for (const reflector of [r.templates, r.clusterTemplates])
    on(reflector, (o) => plans(world, "template", `${namespaceOf(o)}/${o.metadata.name}`));
  on(r.namespaces, (o) => (o.metadata.deletionTimestamp ? plans(world, "namespace", o.metadata.name) : []));
  return () => {
    for (const end of ends) end();
  };
}

type IsNews = (change: Change<KubeObject>) => boolean;
const never: IsNews = () => false;
const namespaceOf = (object: KubeObject): string => object.metadata.namespace ?? "";

/** Whether anything but the status changed. */
function specChanged(change: Change<KubeObject>): boolean {
  if (change.kind !== "updated") return true;
  const { before, object } = change;
  return (
    before.metadata.generation !== object.metadata.generation ||
    before.metadata.deletionTimestamp !== object.metadata.deletionTimestamp
  );
}

/** A slot that has lost its pods is not looked at only when a back-off is over. */
function readyChanged(change: Change<KubeObject>): boolean {
  if (change.kind !== "updated") return true;
  const readyOf = (object: KubeObject): unknown => (object as { readonly ready?: unknown }).ready;
  return !sameJson(readyOf(change.before), readyOf(change.object));
}

const plans = (
  world: KubeWorld,
  index: "service" | "route" | "template" | "namespace",
  value: string,
): readonly string[] =>
  world.reflectors.plans.store
    .byIndex(index, value)
    .map((plan) => planKey(plan.metadata.namespace ?? "", plan.metadata.name));

/** Plans of a Service: by name, as the adopted one, or because a route of theirs sends to it and it may be adopted. */
function ofService(world: KubeWorld, namespace: string, service: string): readonly string[] {
  const key = `${namespace}/${service}`;
  const routes = world.reflectors.routes.store.byIndex("service", key);
  return [
    ...plans(world, "service", key),
    ...routes.flatMap((o) => plans(world, "route", `${namespaceOf(o)}/${o.metadata.name}`)),
  ];
}

/** A selector of somebody else's may have stopped standing in the way of releases that wait, or begun to. */
function stoodInTheWayOf(world: KubeWorld, object: Seen, change: Change<KubeObject>): readonly string[] {
  const { selector } = object.spec ?? {};
  if (selector === undefined) return [];
  if (change.kind === "updated" && sameJson((change.before as Seen).spec?.selector, selectorOf(change)))
    return [];
  // The stacks' own selectors name their plan; only that one can be concerned.
  const plain = (selector as { matchLabels?: Record<string, string> }).matchLabels ?? selector;
  const plan = (plain as Record<string, string>)[MARK.plan];
  if (plan !== undefined) return [planKey(namespaceOf(object), plan)];
  return world.reflectors.releases.store.byIndex("pending", namespaceOf(object)).flatMap(planOfRelease);
}

const selectorOf = (change: Change<KubeObject>): unknown => (change.object as Seen).spec?.selector;
