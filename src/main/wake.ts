import { MARK } from "../api/object.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import type { Change } from "../kube/object-store.ts";
import type { Reflector } from "../kube/reflector.ts";
import { type PlanKey, planKey } from "../ports/world.ts";
import type { KubeWorld } from "../world/world.ts";

/** Says that a plan needs a look. `spec`: the plan or one of its releases was changed by a person. */
export type Wake = (key: PlanKey, why: { readonly initial: boolean; readonly spec: boolean }) => void;

type Spec = KubeObject & {
  readonly spec?: {
    readonly planRef?: { readonly name?: string };
    readonly target?: { readonly plan?: string };
    readonly traffic?: { readonly create?: unknown; readonly routes?: readonly { readonly name?: string }[] };
    readonly verification?: readonly { readonly templateRef?: { readonly name?: string } }[];
  };
  readonly status?: { readonly adoptedService?: string };
};

/** Whether anything but the status changed: generation, metadata that people write, deletion. */
function specChanged(change: Change<KubeObject>): boolean {
  if (change.kind !== "updated") return true;
  const { before, object } = change;
  return (
    before.metadata.generation !== object.metadata.generation ||
    before.metadata.deletionTimestamp !== object.metadata.deletionTimestamp
  );
}

/** Turns every change in the watched world into looks at the plans that it may concern. */
export function wakeOnChanges(world: KubeWorld, wake: Wake): void {
  const on = (reflector: Reflector<KubeObject>, keysOf: (object: Spec) => readonly PlanKey[]): void => {
    reflector.subscribe((change) => {
      const why = { initial: change.kind === "added" && change.initial, spec: specChanged(change) };
      for (const key of keysOf(change.object as Spec)) wake(key, why);
    });
  };
  const namespaceOf = (o: KubeObject): string => o.metadata.namespace ?? "";
  const byLabel = (o: Spec): readonly PlanKey[] => {
    const plan = o.metadata.labels?.[MARK.plan];
    return plan === undefined ? [] : [planKey(namespaceOf(o), plan)];
  };
  const named = (o: Spec, plan: string | undefined): readonly PlanKey[] =>
    plan === undefined ? [] : [planKey(namespaceOf(o), plan)];
  const { reflectors: r } = world;
  on(r.plans, (o) => named(o, o.metadata.name));
  on(r.releases, (o) => named(o, o.spec?.planRef?.name));
  on(r.verifications, (o) => named(o, o.spec?.target?.plan));
  for (const reflector of [r.deployments, r.autoscalers, r.pods]) on(reflector, byLabel);
  on(r.endpoints, (o) => ofService(world, namespaceOf(o), o.metadata.labels?.service ?? ""));
  on(r.services, (o) => [
    ...byLabel(o),
    ...ofService(world, namespaceOf(o), o.metadata.name),
    ...waiting(world, o),
  ]);
  on(r.budgets, (o) => waiting(world, o));
  on(r.routes, (o) => plansWhere(world, namespaceOf(o), (plan) => usesRoute(plan, o.metadata.name)));
  on(r.templates, (o) => plansWhere(world, namespaceOf(o), (plan) => usesTemplate(plan, o.metadata.name)));
  on(r.clusterTemplates, (o) => plansWhere(world, undefined, (plan) => usesTemplate(plan, o.metadata.name)));
  on(r.namespaces, (o) =>
    o.metadata.deletionTimestamp ? plansWhere(world, o.metadata.name, () => true) : [],
  );
}

/** The plan that a Service belongs to: by the names of our own Services, or as the adopted one. */
function ofService(world: KubeWorld, namespace: string, service: string): readonly PlanKey[] {
  const base = service.replace(/-(blue|green|preview)$/, "");
  const own = [base, service]
    .map((name) => planKey(namespace, name))
    .filter((key) => world.plan(key) !== undefined);
  const adopted = plansWhere(world, namespace, (plan) => plan.status?.adoptedService === service);
  return [...new Set([...own, ...adopted])];
}

const plansWhere = (
  world: KubeWorld,
  namespace: string | undefined,
  fits: (plan: Spec) => boolean,
): readonly PlanKey[] =>
  world.reflectors.plans.store
    .list(namespace)
    .filter((plan) => fits(plan as Spec))
    .map((plan) => planKey(plan.metadata.namespace ?? "", plan.metadata.name));

const usesRoute = (plan: Spec, route: string): boolean =>
  plan.spec?.traffic?.create !== undefined
    ? plan.metadata.name === route
    : plan.spec?.traffic?.routes?.some((r) => r.name === route) === true;

const usesTemplate = (plan: Spec, template: string): boolean =>
  plan.spec?.verification?.some((v) => v.templateRef?.name === template) === true;

/** A selector of somebody else's may have stopped standing in the way of releases that wait. */
function waiting(world: KubeWorld, object: KubeObject): readonly PlanKey[] {
  if (object.metadata.labels?.[MARK.plan] !== undefined) return [];
  const pending = world.reflectors.releases.store
    .list(object.metadata.namespace)
    .filter((r) => ((r as { status?: { phase?: string } }).status?.phase ?? "Pending") === "Pending");
  const keys = pending.flatMap((r) => {
    const name = (r as Spec).spec?.planRef?.name;
    return name === undefined ? [] : [planKey(object.metadata.namespace ?? "", name)];
  });
  return [...new Set(keys)];
}
