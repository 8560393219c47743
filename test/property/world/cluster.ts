/** The simulated cluster: store, slots, gateway and gate, with the ports that show it to the controller. */
import type { Check } from "../../../src/api/check.ts";
import { API_VERSION, MARK } from "../../../src/api/object.ts";
import type { Live, ReleasePlanStatus, Slot } from "../../../src/api/release-plan.ts";
import type { CheckResult, VerificationSpec } from "../../../src/api/verification.ts";
import { renderInstant } from "../../../src/base/instant.ts";
import { sameJson } from "../../../src/base/json.ts";
import type { WorkloadObservation } from "../../../src/core/plan/observed.ts";
import { isSplitCheck } from "../../../src/core/plan/split-checks.ts";
import type { EntryInput, SharedOutputs, StackRequest } from "../../../src/core/plan/stack.ts";
import type { RouteObject } from "../../../src/core/traffic/route-object.ts";
import type { ServiceObservation } from "../../../src/ports/world.ts";
import { type Restore, saveFields, saveMap, together } from "./restore.ts";
import {
  type Blindness,
  CALM,
  type Deed,
  type Pace,
  type Scenario,
  type ScriptedVerdict,
  type VerdictScript,
} from "./scenario.ts";
import { SharedPart } from "./shared.ts";
import type { Simulation } from "./simulation.ts";
import { Slots } from "./slots.ts";
import { type Kind, Store, type Stored } from "./store.ts";

export const PLAN = "shop";
export const OLD_SERVICE = "old-shop";
const GATEWAY = { name: "edge", namespace: "gateways" };
const PORT = 8080;

/** Time that the garbage collector takes. */
const GARBAGE_MS = 5_000;

type Lagging = Kind | "slots";

/** Fields of the cluster that change. */
const FIELDS = [
  "slotOutputs",
  "oldReady",
  "isBroken",
  "programDigest",
  "rejectUntil",
  "lostReports",
  "lastLive",
  "lastPolicy",
  "blindness",
  "forcedVerdict",
  "deeds",
  "isTerminating",
] as const;
/** Those that say nothing of the future, or say it as a time. */
const UNSEEN: ReadonlySet<string> = new Set(["rejectUntil", "blindness", "deeds"]);

interface SeenSlot {
  readonly workloads: readonly WorkloadObservation[];
  readonly ready: number;
}

export class Cluster {
  readonly sim: Simulation;
  readonly scenario: Scenario;
  readonly store: Store;
  readonly slots: Slots;
  readonly shared = new SharedPart();
  /** What the shared part told each slot when it was applied last. */
  slotOutputs: Partial<Record<Slot, SharedOutputs | undefined>> = {};
  /** Results of running Verifications by uid, as the gate of this process knows them. */
  readonly results = new Map<string, readonly CheckResult[]>();
  #seenSlots: Record<Slot, SeenSlot> = {
    blue: { workloads: [], ready: 0 },
    green: { workloads: [], ready: 0 },
  };
  /** Age at which the scenario begins; nothing lags before it. */
  epoch: number | undefined;
  oldReady: number;
  isBroken = false;
  /** Digest of the stack program that the controller has. */
  programDigest = "sha256:program";
  rejectUntil = 0;
  /** So many of the gateway's next status writes are lost. */
  lostReports = 0;
  /** Side that the plan's status named last; it outlives the plan. */
  lastLive: Live = "none";
  /** What the plan's spec said last of its deletion. */
  lastPolicy: Scenario["deletionPolicy"] = "Orphan";
  /** Spans, by age since the scenario began, in which caches show the past. */
  blindness: readonly Blindness[];
  /** Checks that concluded, each time that they did. */
  concluded = 0;
  /** What the next check says that concludes, whatever its script. */
  forcedVerdict: ScriptedVerdict | undefined;
  /** What people did. */
  deeds: readonly Deed[] = [];
  /** The namespace is being deleted, and what is in it. */
  isTerminating = false;
  /** The controller is to look again. */
  wake: () => void = () => {};
  /** Called on every change of the truth. */
  onChange: (kind: Kind, before: Stored | undefined, after: Stored | undefined) => void = () => {};

  constructor(sim: Simulation, scenario: Scenario) {
    this.sim = sim;
    this.scenario = scenario;
    this.oldReady = scenario.replicas;
    this.blindness = scenario.blindness;
    this.store = new Store({
      sim,
      delay: (kind) => this.#lag(kind),
      onDelivery: () => this.wake(),
      onChange: (kind, before, after) => this.#changed(kind, before, after),
    });
    this.slots = new Slots(
      sim,
      scenario,
      () => this.pace.podDelayMs,
      (slot) => this.#slotChanged(slot),
    );
  }

  /** Before the scenario begins, all goes at the normal pace. */
  get pace(): Pace {
    return this.epoch === undefined ? CALM : this.scenario;
  }

  /** Milliseconds until the cache shows what changes now. */
  #lag(kind: Lagging): number {
    const { watchMs } = this.pace;
    if (this.epoch === undefined) return watchMs;
    const age = this.sim.age - this.epoch;
    const ends = this.blindness
      .filter((b) => b.of === kind && age >= b.fromMs && age < b.fromMs + b.forMs)
      .map((b) => b.fromMs + b.forMs - age);
    return watchMs + Math.max(0, ...ends);
  }

  #slotChanged(slot: Slot): void {
    const seen = { workloads: this.slots.observe(slot), ready: this.slots.ready(slot) };
    this.sim.after(this.#lag("slots"), ["seen", slot, seen], () => {
      this.#seenSlots = { ...this.#seenSlots, [slot]: seen };
      this.wake();
    });
  }

  save(): Restore {
    const seen = this.#seenSlots;
    const putBack = () => {
      this.#seenSlots = seen;
    };
    return together([
      this.sim.save(),
      this.store.save(),
      this.slots.save(),
      this.shared.save(),
      saveMap(this.results),
      saveFields(this, FIELDS),
      putBack,
    ]);
  }

  /** What is the case besides objects and slots, as data. */
  get view(): unknown {
    const open = this.store
      .list("verifications")
      .filter((v) => (v.spec as { readonly end?: boolean }).end !== true);
    const results = open.map((v) => this.results.get(v.metadata.uid ?? ""));
    const { store: stored, digest } = this.shared;
    const reject = Math.max(0, this.rejectUntil - this.sim.now());
    const age = this.sim.age - (this.epoch ?? 0);
    const blind = this.blindness.flatMap(({ of, fromMs, forMs }) =>
      fromMs + forMs > age ? [of, fromMs - age, fromMs + forMs - age] : [],
    );
    const fields = FIELDS.filter((name) => !UNSEEN.has(name)).map((name) => this[name]);
    return [results, stored, digest, reject, blind, this.slots.view, this.#seenSlots, fields];
  }

  relist(): void {
    this.store.relist();
    const look = (slot: Slot) => ({ workloads: this.slots.observe(slot), ready: this.slots.ready(slot) });
    this.#seenSlots = { blue: look("blue"), green: look("green") };
  }

  seenSlot(slot: Slot): SeenSlot {
    return this.#seenSlots[slot];
  }

  service(name: string): ServiceObservation {
    if (name === OLD_SERVICE) return { exists: true, readyEndpoints: this.oldReady, ports: [{ port: PORT }] };
    const exists = this.store.cached("services", name) !== undefined;
    const slot = (["blue", "green"] as const).find((s) => name === `${PLAN}-${s}`);
    const readyEndpoints = exists && slot !== undefined ? this.#seenSlots[slot].ready : 0;
    return { exists, readyEndpoints, ports: exists ? [{ port: PORT }] : [] };
  }

  #changed(kind: Kind, before: Stored | undefined, after: Stored | undefined): void {
    this.onChange(kind, before, after);
    if (kind === "plans") {
      const status = (after ?? before)?.status as ReleasePlanStatus | undefined;
      this.lastLive = status?.liveSlot ?? this.lastLive;
      const spec = (after ?? before)?.spec as Partial<Pick<Scenario, "deletionPolicy">> | undefined;
      this.lastPolicy = spec?.deletionPolicy ?? "Orphan";
    }
    if (kind === "releases" && before !== undefined && before.metadata.uid !== after?.metadata.uid)
      this.sim.after(GARBAGE_MS, ["garbage", before.metadata.uid], () => this.#collectGarbage(before));
    const news = (o: Stored | undefined) => [o?.metadata.generation, o?.metadata.annotations];
    if (kind === "routes" && after !== undefined && !sameJson(news(before), news(after)))
      this.#gatewayLooks(after.metadata.name, this.pace.gatewayMs);
    if (kind === "verifications" && before === undefined && after !== undefined) this.#gateStarts(after);
  }

  /** What a release owned goes some time after it. */
  #collectGarbage({ metadata: { uid } }: Stored): void {
    for (const { metadata } of this.store.list("configMaps"))
      if (metadata.ownerReferences?.some((o) => o.uid === uid) === true)
        this.store.remove("configMaps", metadata.name);
  }

  #gatewayLooks(name: string, inMs: number): void {
    this.sim.after(inMs, ["gateway", name], () => {
      const late = this.rejectUntil - this.sim.now();
      if (late > 0) {
        this.#gatewayLooks(name, late);
        return;
      }
      if (this.lostReports > 0) {
        this.lostReports--;
        this.sim.tell(`gateway: its report on ${name} is lost`);
        return;
      }
      this.store.edit("routes", name, (route) => {
        const observedGeneration = route.metadata.generation;
        const conditions = ["Accepted", "ResolvedRefs"].map((type) => ({
          type,
          status: "True",
          reason: type,
          observedGeneration,
        }));
        return { ...route, status: { parents: [{ parentRef: GATEWAY, controllerName: "sim", conditions }] } };
      });
    });
  }

  #gateStarts(verification: Stored): void {
    const spec = verification.spec as VerificationSpec;
    for (const check of spec.checks) {
      const script = this.#scriptOf(spec, check);
      const { verdict } = script;
      // As the real gate does from its first look on; of the other checks nothing depends on it.
      const what = ["gate", verification.metadata.name, check.name] as const;
      if (isSplitCheck(check))
        this.sim.after(100, [...what, "pending"], () => this.#concludes(verification, check, "pending"));
      if (verdict !== "silent")
        this.sim.after(script.afterMs, [...what, verdict], () =>
          this.#concludes(verification, check, verdict),
        );
    }
  }

  #concludes(verification: Stored, check: Check, scripted: ScriptedVerdict | "pending"): void {
    const { name, uid = "" } = verification.metadata;
    const now = this.store.get("verifications", name);
    const spec = now?.spec as VerificationSpec | undefined;
    if (now?.metadata.uid !== uid || spec?.end === true || spec?.endChecks?.includes(check.name) === true)
      return;
    const verdict = this.forcedVerdict ?? scripted;
    this.concluded++;
    this.forcedVerdict = undefined;
    this.sim.tell(`gate: ${name} ${check.name} ${verdict}`);
    if (verdict === "silent") return;
    const result: CheckResult = {
      name: check.name,
      kind: "http",
      severity: check.severity ?? "blocking",
      verdict,
      reason: verdict,
      message: `simulated ${verdict}`,
      validator: "simulation",
      ...(verdict === "pending" ? {} : { finishedAt: renderInstant(this.sim.now()) }),
    };
    const others = (this.results.get(uid) ?? []).filter((known) => known.name !== check.name);
    const results = [...others, result];
    this.results.set(uid, results);
    this.store.edit("verifications", name, (v) => ({ ...v, status: { results } }));
    this.wake();
  }

  #scriptOf(spec: VerificationSpec, check: Check): VerdictScript {
    if (spec.step === "live") return { afterMs: 500, verdict: "passed" };
    if (spec.step?.startsWith("back") === true) return this.scenario.back;
    if (this.epoch === undefined) return { afterMs: 500, verdict: "passed" };
    if (spec.step === "retire") return this.scenario.silence;
    if (isSplitCheck(check)) return this.scenario.split;
    return this.scenario[spec.moment];
  }

  /** What a stack operation leaves behind. */
  applyStack(request: StackRequest): void {
    if (request.operation === "preview") return;
    const { task } = request;
    if (task.kind === "entry") {
      if (request.operation === "apply") this.#makeEntry(task.input);
      else this.#removeEntry();
    } else if (task.kind === "shared") this.shared.apply(task);
    else if (request.operation === "destroy") this.slots.remove(task.input.slot);
    else {
      this.slotOutputs = { ...this.slotOutputs, [task.input.slot]: task.input.shared };
      this.slots.apply(task.input.slot, task.input.release, this.isBroken);
    }
  }

  #makeEntry(input: EntryInput): void {
    const make = (name: string, slot: Slot) => {
      if (this.store.get("services", name) !== undefined) return;
      const selector = { [MARK.plan]: PLAN, [MARK.slot]: slot };
      this.store.create("services", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name },
        spec: { selector },
      });
    };
    make(`${PLAN}-blue`, "blue");
    make(`${PLAN}-green`, "green");
    make(`${PLAN}-preview`, input.initialSlot);
    if (input.entryService !== undefined) make(input.entryService, input.initialSlot);
    if (input.route !== undefined && this.store.get("routes", PLAN) === undefined)
      this.makeRoute(PLAN, [
        { name: `${PLAN}-blue`, port: PORT, weight: input.serving === "blue" ? 100 : 0 },
        { name: `${PLAN}-green`, port: PORT, weight: input.serving === "green" ? 100 : 0 },
      ]);
  }

  #removeEntry(): void {
    if (this.scenario.routes === "create") this.store.remove("routes", PLAN);
    for (const name of [`${PLAN}-blue`, `${PLAN}-green`, `${PLAN}-preview`, PLAN])
      this.store.remove("services", name);
  }

  makeRoute(name: string, backendRefs: readonly { name: string; port: number; weight: number }[]): void {
    const spec = { parentRefs: [GATEWAY], rules: [{ backendRefs }] };
    const apiVersion = "gateway.networking.k8s.io/v1";
    this.store.create("routes", { apiVersion, kind: "HTTPRoute", metadata: { name }, spec });
  }

  /** The user's own Service, as it was before Bascule. */
  makeOldService(): void {
    const spec = {
      type: "ClusterIP",
      clusterIP: "10.0.0.9",
      selector: { app: OLD_SERVICE },
      ports: [{ port: PORT }],
    };
    this.store.create("services", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: OLD_SERVICE },
      spec,
    });
  }

  routeNames(): readonly string[] {
    const { routes } = this.scenario;
    if (routes === "none") return [];
    return routes === "two" ? [PLAN, `${PLAN}-b`] : [PLAN];
  }

  /** Shares of a route's only rule by Service name, in percent of the whole. */
  shares(name: string): Readonly<Record<string, number>> {
    const route = this.store.get("routes", name) as unknown as RouteObject | undefined;
    const refs = route?.spec.rules?.[0]?.backendRefs ?? [];
    const total = refs.reduce((sum, ref) => sum + (ref.weight ?? 1), 0);
    return Object.fromEntries(refs.map((r) => [r.name, total === 0 ? 0 : ((r.weight ?? 1) / total) * 100]));
  }

  /** Slot that an entry Service selects. */
  entrySlot(name: string = PLAN): Slot | undefined {
    const service = this.store.get("services", name) as
      | { spec?: { selector?: Record<string, string> } }
      | undefined;
    const slot = service?.spec?.selector?.[MARK.slot];
    return slot === "blue" || slot === "green" ? slot : undefined;
  }

  makePlan(): void {
    const { strategy, weights, hold, replicas, routes, onNewer, onInconclusive, gatewayCounts } =
      this.scenario;
    const { deletionPolicy, idleSlot } = this.scenario;
    const branch = {
      direct: { direct: {} },
      blueGreen: { blueGreen: hold === "manual" ? { hold } : {} },
      canary: { canary: { steps: weights.map((weight) => ({ weight, hold })) } },
    }[strategy];
    const traffic = {
      none: {},
      create: { traffic: { create: { parentRefs: [GATEWAY] } } },
      one: { traffic: { routes: [{ name: PLAN }] } },
      two: { traffic: { routes: [{ name: PLAN }, { name: `${PLAN}-b` }] } },
    }[routes];
    const health = { name: "health", http: {}, onInconclusive };
    const spec = {
      stack: { program: { name: "web-service" } },
      capacity: { replicas },
      strategy: branch,
      ...traffic,
      verification: gatewayCounts ? [health, SPLIT] : [health],
      timing: TIMING,
      onNewer,
      deletionPolicy,
      retention: { idleSlot },
    };
    this.store.create("plans", {
      apiVersion: API_VERSION,
      kind: "ReleasePlan",
      metadata: { name: PLAN },
      spec,
    });
  }

  /** All but the very first release may want another store. */
  #valuesOf(version: string): object {
    const { shared } = this.scenario;
    return shared === "none"
      ? {}
      : { values: { store: shared === "replaced" && version !== "1.0.0" ? 2 : 1 } };
  }

  makeRelease(name: string, version: string, more: Readonly<Record<string, unknown>> = {}): void {
    if (this.isTerminating) return;
    const values = this.#valuesOf(version);
    const spec = {
      planRef: { name: PLAN },
      package: { version, image: `shop:${version}`, ...values },
      ...more,
    };
    this.store.create("releases", { apiVersion: API_VERSION, kind: "Release", metadata: { name }, spec });
  }
}

const SPLIT = {
  name: "split",
  prometheus: { split: { candidate: 'requests{side="candidate"}', live: 'requests{side="live"}' } },
};

/** Spans of the simulated plan: short, but in the proportions of the defaults. */
export const TIMING = {
  startDeadline: "30m",
  progress: "3m",
  settle: "2s",
  inForce: "30s",
  step: "2m",
  wait: "1h",
  drain: "10s",
  observe: "30s",
} as const;
export const DRAIN_MS = 10_000;
