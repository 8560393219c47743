import { MARK } from "../api/object.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import { planKey } from "../ports/world.ts";
import { records } from "./records.ts";
import { type LabelSelector, selectorKey } from "./selectors.ts";

/** What indexers and wake-ups read of objects of any kind; each may be missing. */
export type Seen = KubeObject & {
  readonly spec?: {
    readonly planRef?: { readonly name?: string };
    readonly target?: { readonly plan?: string };
    readonly traffic?: {
      readonly finishAdoption?: { readonly service?: string };
      readonly create?: unknown;
      readonly routes?: readonly { readonly name?: string }[];
    };
    readonly verification?: readonly Verified[];
    readonly rules?: readonly { readonly backendRefs?: readonly BackendRef[] }[];
    readonly selector?: unknown;
  };
  readonly status?: {
    readonly phase?: string;
    readonly adoptedService?: string;
    readonly legacyService?: string;
    readonly entryService?: string;
    readonly adoption?: { readonly service?: string };
  };
};

interface Verified {
  readonly templateRef?: { readonly name?: string; readonly kind?: string };
}

interface BackendRef {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

type Values = readonly string[];
const namespaceOf = (object: KubeObject): string => object.metadata.namespace ?? "";
const planNamed = (object: KubeObject, plan: string | undefined): Values =>
  plan === undefined ? [] : [planKey(namespaceOf(object), plan)];

/** Key of the plan whose label the object carries. */
export const planOfLabel = (object: KubeObject): Values =>
  planNamed(object, object.metadata.labels?.[MARK.plan]);
/** Key of the plan whose entry a Service of the user's own has become. */
export const planOfEntry = (object: KubeObject): Values =>
  planNamed(object, object.metadata.annotations?.[MARK.entry]);
export const planOfRelease = (object: KubeObject): Values =>
  planNamed(object, (object as Seen).spec?.planRef?.name);
export const planOfVerification = (object: KubeObject): Values =>
  planNamed(object, (object as Seen).spec?.target?.plan);

export const namespaceIndex = (object: KubeObject): Values => [namespaceOf(object)];
export const uidIndex = (object: KubeObject): Values =>
  object.metadata.uid === undefined ? [] : [object.metadata.uid];

/** Namespace of a release that has not started. */
export const pendingIndex = (object: KubeObject): Values =>
  ((object as Seen).status?.phase ?? "Pending") === "Pending" ? [namespaceOf(object)] : [];

/** `namespace/name` of every Service that a plan's decisions depend on by name. */
export function servicesOfPlan(object: KubeObject): Values {
  const { metadata, status } = object as Seen;
  const { name } = metadata;
  const names = [name, `${name}-blue`, `${name}-green`, `${name}-preview`];
  const { adoptedService, legacyService, entryService, adoption } = status ?? {};
  const asked = (object as Seen).spec?.traffic?.finishAdoption?.service;
  const more = [adoptedService, legacyService, entryService, adoption?.service, asked].filter(
    (s) => s !== undefined,
  );
  return [...new Set([...names, ...more])].map((service) => `${namespaceOf(object)}/${service}`);
}

/** `namespace/name` of every route of a plan. */
export function routesOfPlan(object: KubeObject): Values {
  const { traffic } = (object as Seen).spec ?? {};
  const names =
    traffic?.create !== undefined
      ? [object.metadata.name]
      : records<{ readonly name?: string }>(traffic?.routes).map((r) => r.name);
  return names.filter((name) => name !== undefined).map((name) => `${namespaceOf(object)}/${name}`);
}

/** `namespace/name` of the plan's templates, `/name` of cluster ones; one that the namespace lacks may be of the cluster. */
export function templatesOfPlan(object: KubeObject): Values {
  return records<Verified>((object as Seen).spec?.verification).flatMap(({ templateRef }) => {
    if (templateRef?.name === undefined) return [];
    const cluster = `/${templateRef.name}`;
    return templateRef.kind === "ClusterVerificationTemplate"
      ? [cluster]
      : [`${namespaceOf(object)}${cluster}`, cluster];
  });
}

/** `namespace/name` of every Service that a route sends to; the user's own one is adopted through it. */
export function backendsOfRoute(object: KubeObject): Values {
  const rules = records<{ readonly backendRefs?: unknown }>((object as Seen).spec?.rules);
  const refs = rules.flatMap((rule) => records<BackendRef>(rule.backendRefs));
  const services = refs.filter((ref) => (ref.kind ?? "Service") === "Service" && ref.name !== undefined);
  return [...new Set(services.map((ref) => `${ref.namespace ?? namespaceOf(object)}/${ref.name}`))];
}

/** Where a Service is found by one of the labels that it selects; nowhere when it selects nothing. */
export function serviceSelectorIndex(object: KubeObject): Values {
  const selector = (object as Seen).spec?.selector as LabelSelector["matchLabels"];
  const selectsNothing = Object.keys(selector ?? {}).length === 0;
  return selector === undefined || selectsNothing ? [] : [selectorKey(namespaceOf(object), selector)];
}

/** Where a disruption budget is found by one of the labels that it selects. */
export function budgetSelectorIndex(object: KubeObject): Values {
  const selector = (object as Seen).spec?.selector as LabelSelector | undefined;
  return selector === undefined || selector === null
    ? []
    : [selectorKey(namespaceOf(object), selector.matchLabels ?? {})];
}

/** The Service that an EndpointSlice, as it is kept, belongs to. */
export const serviceOfSlice = (object: KubeObject): Values => [
  `${namespaceOf(object)}/${object.metadata.labels?.service ?? ""}`,
];
