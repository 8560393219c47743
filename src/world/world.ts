import { MANAGER, MARK } from "../api/object.ts";
import { SLOTS, type Slot } from "../api/release-plan.ts";
import { canonicalJson } from "../base/json.ts";
import type { SlotObservation } from "../core/plan/observed.ts";
import {
  type AutoscalerObject,
  type DeploymentObject,
  type PodObject,
  readWorkload,
} from "../core/plan/read-workload.ts";
import type { KubeClient } from "../kube/client.ts";
import { type KubeObject, keyOf } from "../kube/kube-object.ts";
import type { KubeMetrics } from "../kube/metrics.ts";
import { OwnWrites } from "../kube/own-writes.ts";
import { Poller } from "../kube/poller.ts";
import { Reflector } from "../kube/reflector.ts";
import { ReflectorGroup } from "../kube/reflector-group.ts";
import type { ReflectorOptions } from "../kube/reflector-options.ts";
import { StringPool } from "../kube/string-pool.ts";
import { type Watched, watchNamespaces } from "../kube/watched.ts";
import type { WriteEcho } from "../kube/write-echo.ts";
import type { Clock } from "../ports/clock.ts";
import type { ServiceEndpoints } from "../ports/endpoints.ts";
import type { Log } from "../ports/log.ts";
import { type PlanKey, type ServiceObservation, splitPlanKey, type World } from "../ports/world.ts";
import {
  backendsOfRoute,
  budgetSelectorIndex,
  namespaceIndex,
  pendingIndex,
  planOfEntry,
  planOfLabel,
  planOfRelease,
  planOfVerification,
  routesOfPlan,
  type Seen,
  serviceOfSlice,
  serviceSelectorIndex,
  servicesOfPlan,
  templatesOfPlan,
  uidIndex,
} from "./indexers.ts";
import {
  autoscalerOf,
  budgetOf,
  countReady,
  deploymentOf,
  endpointsOf,
  type KeptSlice,
  namespaceOf,
  podOf,
  readyIn,
  routeOf,
  serviceOf,
  verificationOf,
} from "./projections.ts";
import { keysOfLabels, type LabelSelector, selects } from "./selectors.ts";
import { TYPES } from "./types.ts";

export interface WorldOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log?: Log;
  readonly metrics?: KubeMetrics;
  /**
   * The only namespaces that are looked at; none: all of them. Then nothing is asked for that needs a right beyond these: of cluster scope there
   * are only the namespaces themselves.
   */
  readonly namespaces?: readonly string[];
}

type WatchedObjects = Watched<KubeObject>;

const OURS = `${MARK.managedBy}=${MANAGER}`;

/** The watched cluster: one reflector for each resource that decisions depend on. */
export class KubeWorld implements World {
  readonly reflectors: Readonly<Record<keyof typeof TYPES, WatchedObjects>>;
  readonly group: ReflectorGroup;
  readonly #namespaces: readonly string[];
  readonly #plans: OwnWrites<KubeObject>;
  readonly #releases: OwnWrites<KubeObject>;
  /** What is told of own writes, so that a watch which does not show them is noticed. */
  readonly echoes: Readonly<Record<"plan" | "release" | "verification", WriteEcho>>;

  constructor({ namespaces = [], ...options }: WorldOptions) {
    this.#namespaces = namespaces;
    const strings = new StringPool();
    const watch = (
      name: keyof typeof TYPES,
      more: Pick<ReflectorOptions<KubeObject>, "selection" | "project" | "indexers" | "managedFields"> = {},
    ): WatchedObjects => {
      const type = TYPES[name];
      if (namespaces.length === 0) return new Reflector({ ...options, strings, type, ...more });
      return watchNamespaces({ ...options, strings, type, ...more }, type.namespaced ? namespaces : []);
    };
    const mine = { selection: { labelSelector: OURS }, indexers: { plan: planOfLabel } };
    this.reflectors = {
      plans: watch("plans", {
        indexers: {
          namespace: namespaceIndex,
          service: servicesOfPlan,
          route: routesOfPlan,
          template: templatesOfPlan,
          uid: uidIndex,
        },
      }),
      releases: watch("releases", {
        indexers: { plan: planOfRelease, pending: pendingIndex, uid: uidIndex },
      }),
      verifications: watch("verifications", {
        project: verificationOf,
        indexers: { plan: planOfVerification },
      }),
      templates: watch("templates"),
      clusterTemplates: watch("clusterTemplates"),
      deployments: watch("deployments", { ...mine, project: deploymentOf }),
      autoscalers: watch("autoscalers", { ...mine, project: autoscalerOf }),
      pods: watch("pods", { ...mine, project: podOf }),
      services: watch("services", {
        project: serviceOf,
        indexers: { selector: serviceSelectorIndex, entry: planOfEntry },
      }),
      endpoints: watch("endpoints", { project: endpointsOf, indexers: { service: serviceOfSlice } }),
      budgets: watch("budgets", { project: budgetOf, indexers: { selector: budgetSelectorIndex } }),
      namespaces:
        namespaces.length === 0
          ? watch("namespaces", { project: namespaceOf })
          : new Poller({ ...options, type: TYPES.namespaces, names: namespaces, project: namespaceOf }),
      // Who last wrote a route is told when its weights were changed by somebody else.
      routes: watch("routes", {
        managedFields: true,
        project: routeOf,
        indexers: { service: backendsOfRoute },
      }),
      gateways: watch("gateways"),
      gatewayClasses: watch("gatewayClasses"),
    };
    this.group = new ReflectorGroup(Object.values(this.reflectors), options.clock);
    this.#plans = new OwnWrites((ref) => this.reflectors.plans.store.get(ref));
    this.#releases = new OwnWrites((ref) => this.reflectors.releases.store.get(ref));
    const { plans, releases, verifications } = this.reflectors;
    forgetDeleted(plans, this.#plans);
    forgetDeleted(releases, this.#releases);
    const echo = ({ store }: WatchedObjects): WriteEcho =>
      this.group.echo(({ metadata }) => store.get(metadata), options.log);
    this.echoes = { plan: echo(plans), release: echo(releases), verification: echo(verifications) };
  }

  /** Takes note of a plan or release as a write answered it. */
  remember(kind: "plan" | "release", object: KubeObject): void {
    (kind === "plan" ? this.#plans : this.#releases).remember(object);
    this.echoes[kind].expect(object);
  }

  /** How many own writes are kept because no watch has been seen to show them. */
  get remembered(): number {
    return this.#plans.size + this.#releases.size;
  }

  plan(key: PlanKey): KubeObject | undefined {
    return this.#plans.get(splitPlanKey(key));
  }

  releases(key: PlanKey): readonly KubeObject[] {
    return this.reflectors.releases.store
      .byIndex("plan", key)
      .map((r) => this.#releases.newest(r, `${r.metadata.namespace}/${r.metadata.name}`) ?? r);
  }

  verifications(key: PlanKey): readonly KubeObject[] {
    return this.reflectors.verifications.store.byIndex("plan", key);
  }

  template(namespace: string, name: string): KubeObject | undefined {
    return this.reflectors.templates.store.get({ namespace, name });
  }

  get namespaces(): readonly string[] {
    return this.#namespaces;
  }

  clusterTemplate(name: string): KubeObject | undefined {
    return this.reflectors.clusterTemplates.store.get({ name });
  }

  slot(key: PlanKey, slot: Slot): SlotObservation {
    const { namespace, name } = splitPlanKey(key);
    const inSlot = (objects: readonly KubeObject[]): readonly KubeObject[] =>
      objects.filter((o) => o.metadata.labels?.[MARK.slot] === slot);
    const { deployments, autoscalers, pods } = this.reflectors;
    const scalers = inSlot(autoscalers.store.byIndex("plan", key)) as unknown as readonly AutoscalerObject[];
    const slotPods = inSlot(pods.store.byIndex("plan", key)) as unknown as readonly PodObject[];
    const workloads = (
      inSlot(deployments.store.byIndex("plan", key)) as unknown as readonly DeploymentObject[]
    )
      .map((d) => readWorkload(d, scalers, slotPods))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const service = this.service(namespace, `${name}-${slot}`);
    return { workloads, serviceExists: service.exists, readyEndpoints: service.readyEndpoints };
  }

  service(namespace: string, name: string): ServiceObservation {
    const service = this.reflectors.services.store.get({ namespace, name }) as
      | (KubeObject & {
          readonly spec?: { readonly clusterIP?: string; readonly ports?: ServiceObservation["ports"] };
        })
      | undefined;
    const slices = this.reflectors.endpoints.store.byIndex("service", `${namespace}/${name}`);
    const clusterIP = service?.spec?.clusterIP;
    return {
      exists: service !== undefined,
      readyEndpoints: service === undefined ? 0 : countReady(slices),
      ports: service?.spec?.ports ?? [],
      ...(clusterIP === undefined || clusterIP === "None" ? {} : { clusterIP }),
    };
  }

  /** Where the API server answers inside the cluster: its Service, and the endpoints behind it. */
  apiServer(): readonly { readonly address: string; readonly port: number }[] {
    const { clusterIP, ports } = this.service("default", "kubernetes");
    const slices = this.reflectors.endpoints.store.byIndex("service", "default/kubernetes");
    const addresses = slices.flatMap((slice) => (slice as KeptSlice).ready);
    return ports.flatMap((at) => {
      const own = clusterIP === undefined ? [] : [{ address: clusterIP, port: at.port }];
      const behind = typeof at.targetPort === "number" ? at.targetPort : at.port;
      return [...own, ...addresses.map((address) => ({ address, port: behind }))];
    });
  }

  /** Where a Service is served now. */
  endpoints(namespace: string, name: string): ServiceEndpoints | undefined {
    const { exists, ports } = this.service(namespace, name);
    if (!exists) return undefined;
    const slices = this.reflectors.endpoints.store.byIndex("service", `${namespace}/${name}`);
    return {
      ports: ports.map(({ name: port = "", port: number }) => ({ name: port, port: number })),
      ready: readyIn(slices),
    };
  }

  plansOf(namespace: string, service: string): readonly string[] {
    return this.reflectors.plans.store
      .byIndex("service", `${namespace}/${service}`)
      .map((plan) => plan.metadata.name);
  }

  markedEntries(key: PlanKey): readonly string[] {
    const found = this.reflectors.services.store.byIndex("entry", key);
    return found.map((service) => service.metadata.name).sort();
  }

  intruders(key: PlanKey): readonly string[] {
    const { namespace, name } = splitPlanKey(key);
    // What every slot's pods carry, and what those that are there carry besides: programs may add labels.
    const common = SLOTS.map((slot) => ({
      [MARK.managedBy]: MANAGER,
      [MARK.partOf]: name,
      [MARK.plan]: name,
      [MARK.slot]: slot,
    }));
    const present = this.reflectors.pods.store.byIndex("plan", key).map((pod) => pod.metadata.labels ?? {});
    const labels = distinct([...common, ...present]);
    const candidates = (store: WatchedObjects["store"]): readonly Seen[] =>
      keysOfLabels(namespace, labels)
        .flatMap((at) => store.byIndex("selector", at) as readonly Seen[])
        .filter(
          (o) => o.metadata.labels?.[MARK.plan] !== name && o.metadata.annotations?.[MARK.entry] !== name,
        );
    const services = candidates(this.reflectors.services.store).filter(({ spec }) =>
      labels.some((l) => selects({ matchLabels: spec?.selector as Record<string, string> }, l)),
    );
    const budgets = candidates(this.reflectors.budgets.store).filter(({ spec }) =>
      labels.some((l) => selects(spec?.selector as LabelSelector, l)),
    );
    return [
      ...services.map((s) => `Service ${s.metadata.name}`).sort(),
      ...budgets.map((b) => `PodDisruptionBudget ${b.metadata.name}`).sort(),
    ];
  }

  namespaceTerminating(namespace: string): boolean {
    const found = this.reflectors.namespaces.store.get({ name: namespace }) as
      | (KubeObject & { readonly status?: { readonly phase?: string } })
      | undefined;
    return found?.status?.phase === "Terminating" || found?.metadata.deletionTimestamp !== undefined;
  }
}

/** What was written goes with its object: the last version of each would stay otherwise. */
const forgetDeleted = (watched: WatchedObjects, written: OwnWrites<KubeObject>): void =>
  void watched.subscribe((change) => {
    if (change.kind === "deleted") written.forget(keyOf(change.object));
  });

type Labels = Readonly<Record<string, string>>;

/** Pods of one workload carry the same labels. */
const distinct = (sets: readonly Labels[]): readonly Labels[] => [
  ...new Map(sets.map((set) => [canonicalJson(set), set])).values(),
];
