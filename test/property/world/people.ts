/** What people and the world do to a release while it runs. */
import type { Control } from "../../../src/api/control.ts";
import type { Release } from "../../../src/api/release.ts";
import { type Live, SLOTS } from "../../../src/api/release-plan.ts";
import { isSlot, otherSlot } from "../../../src/core/plan/names.ts";
import type { RouteObject } from "../../../src/core/traffic/route-object.ts";
import { type Cluster, OLD_SERVICE, PLAN } from "./cluster.ts";
import type { Controller } from "./controller.ts";
import type { Restore } from "./restore.ts";
import type { Deed } from "./scenario.ts";
import type { Stored } from "./store.ts";

const WHO = { by: "ann", reason: "because" };

export const foreignConfigMap = (name: string): Stored =>
  ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { mine: "yes" } }) as Stored;

export class People {
  readonly #cluster: Cluster;
  readonly #controller: Controller;
  #versions = 1;

  constructor(cluster: Cluster, controller: Controller) {
    this.#cluster = cluster;
    this.#controller = controller;
  }

  do(deed: Deed): void {
    const { sim, store, slots, scenario } = this.#cluster;
    sim.tell(`people: ${JSON.stringify(deed)}`);
    this.#cluster.deeds = [...this.#cluster.deeds, deed];
    const active = this.#active();
    const { status } = active ?? {};
    const step = status?.step ?? "verify";
    const live = status?.frozen?.live ?? "none";
    switch (deed.kind) {
      case "abort":
      case "revert":
        this.control({ [deed.kind]: WHO });
        return;
      case "pause":
        this.control({ pause: { ...WHO, state: true } });
        return;
      case "unpause":
        this.control({ pause: { ...WHO, state: false } });
        return;
      case "promote": {
        const change = status?.shared?.change;
        this.control({ promote: { ...WHO, step, ...(change === undefined ? {} : { change: change.id }) } });
        return;
      }
      case "skip":
        this.control({ skip: { ...WHO, step } });
        return;
      case "resume":
        this.control({ resume: { ...WHO, hold: status?.hold?.id ?? "none" } });
        return;
      case "acceptLive":
        this.control({ acceptLive: { ...WHO, slot: live } });
        return;
      case "deleteRelease":
        if (active !== undefined) store.remove("releases", active.metadata.name);
        return;
      case "deletePlan":
        store.remove("plans", PLAN);
        return;
      case "createPlan":
        // Nothing is created in a namespace that is being deleted.
        if (store.get("plans", PLAN) === undefined && !this.#cluster.isTerminating) this.#cluster.makePlan();
        return;
      case "deleteNamespace":
        this.#cluster.isTerminating = true;
        for (const kind of ["plans", "releases", "verifications"] as const)
          for (const { metadata } of store.list(kind)) store.remove(kind, metadata.name);
        this.#cluster.wake();
        return;
      case "takeJournalNames":
        // Objects of somebody else's, under the names of the first segments of what comes.
        for (const release of ["r1", "r2", "r3"])
          for (const offset of [0, 2, 4])
            if (store.get("configMaps", `${release}-journal-${offset}`) === undefined)
              store.create("configMaps", foreignConfigMap(`${release}-journal-${offset}`));
        return;
      case "pointHome":
        this.#pointAt(this.#cluster.lastLive);
        return;
      case "pointAway":
        this.#pointAt("adopted");
        store.edit("services", OLD_SERVICE, (o) => ({
          ...o,
          spec: { ...(o.spec as object), selector: { app: "old" } },
        }));
        return;
      case "newer":
        this.newer({});
        return;
      case "dryRun":
        this.newer({ dryRun: true });
        return;
      case "recreate":
        if (store.get("releases", "r1") === undefined) this.#cluster.makeRelease("r1", "9.9.9");
        return;
      case "restart":
        this.#controller.kill();
        return;
      case "touchRoute":
        this.#onRoutes((r) => ({
          ...r,
          metadata: { ...r.metadata, labels: { touched: String(sim.now()) } },
        }));
        return;
      case "editPlan":
        store.edit("plans", PLAN, (p) => ({
          ...p,
          spec: { ...(p.spec as object), capacity: { replicas: scenario.replicas + 1 }, onNewer: "wait" },
        }));
        return;
      case "finishAdoption":
        if (scenario.routes === "one" || scenario.routes === "two")
          store.edit("plans", PLAN, (p) => {
            const spec = p.spec as { readonly traffic: object };
            const traffic = { ...spec.traffic, finishAdoption: { ...WHO, service: OLD_SERVICE } };
            return { ...p, spec: { ...spec, traffic } };
          });
        return;
      case "weights":
        this.#setWeights(deed.candidate);
        return;
      case "removeBackend":
        this.#removeBackend();
        return;
      case "deleteRoute":
        if (scenario.routes === "create") store.remove("routes", PLAN);
        return;
      case "deleteService":
        store.remove("services", this.#serviceOf(deed.of));
        return;
      case "podsDown": {
        const slot = status?.frozen?.slot ?? "green";
        const side = deed.side === "live" ? live : slot;
        if (side === "blue" || side === "green") slots.down(side, deed.forMs);
        if (side === "adopted") {
          this.#cluster.oldReady = 0;
          this.#cluster.wake();
          sim.after(deed.forMs, ["oldUp"], () => {
            this.#cluster.oldReady = scenario.replicas;
            this.#cluster.wake();
          });
        }
        return;
      }
      case "loseReports":
        this.#cluster.lostReports = deed.count;
        return;
      case "quiet":
        for (const slot of SLOTS) slots.quiet(slot);
        return;
      case "setFloor": {
        const candidate = status?.frozen?.slot ?? "green";
        slots.setFloor(deed.side === "live" ? otherSlot(candidate) : candidate, deed.floor);
        return;
      }
      case "rejectRoute":
        this.#cluster.rejectUntil = sim.now() + deed.forMs;
        return;
    }
  }

  save(): Restore {
    const versions = this.#versions;
    return () => {
      this.#versions = versions;
    };
  }

  newer(more: Readonly<Record<string, unknown>>): void {
    this.#versions++;
    this.#cluster.isBroken = false;
    this.#cluster.makeRelease(`r${this.#versions}`, `1.${this.#versions}.0`, more);
  }

  control(change: Partial<Control>): void {
    const name = this.#active()?.metadata.name ?? "r1";
    this.#cluster.store.edit("releases", name, (r) => {
      const spec = r.spec as Release["spec"];
      return { ...r, spec: { ...spec, control: { ...spec.control, ...change } } };
    });
  }

  #active(): Release | undefined {
    const { store } = this.#cluster;
    const plan = store.get("plans", PLAN) as { status?: { activeRelease?: string } } | undefined;
    const name = plan?.status?.activeRelease;
    return name === undefined ? undefined : (store.get("releases", name) as unknown as Release | undefined);
  }

  /** What the entry stack makes; a Service of the user's own is left alone. */
  #serviceOf(what: "live" | "candidate" | "entry"): string {
    if (what === "entry") return PLAN;
    const live = isSlot(this.#cluster.lastLive) ? this.#cluster.lastLive : "blue";
    return `${PLAN}-${what === "live" ? live : otherSlot(live)}`;
  }

  #onRoutes(change: (route: Stored) => Stored): void {
    for (const name of this.#cluster.routeNames()) this.#cluster.store.edit("routes", name, change);
  }

  /** Sends everything to one Service and takes all others out of the rules. */
  #pointAt(side: Live): void {
    const name = side === "adopted" ? OLD_SERVICE : `${PLAN}-${side}`;
    this.#onRoutes((route) => {
      const { spec } = route as unknown as RouteObject;
      const rules = (spec.rules ?? []).map((rule) => ({
        ...rule,
        backendRefs: [{ name, port: 8080, weight: 1 }],
      }));
      return { ...route, spec: { ...spec, rules } };
    });
  }

  /** Sets the candidate's share by hand; the live side gets the rest. */
  #setWeights(candidate: number): void {
    const frozen = this.#active()?.status?.frozen;
    const service = `${PLAN}-${frozen?.slot ?? "green"}`;
    const live = frozen?.live === "adopted" ? OLD_SERVICE : `${PLAN}-${frozen?.live ?? "blue"}`;
    this.#onRoutes((route) => {
      const { spec } = route as unknown as RouteObject;
      const rules = (spec.rules ?? []).map((rule) => ({
        ...rule,
        backendRefs: (rule.backendRefs ?? []).map((ref) =>
          ref.name === service
            ? { ...ref, weight: candidate }
            : ref.name === live
              ? { ...ref, weight: 100 - candidate }
              : ref,
        ),
      }));
      return { ...route, spec: { ...spec, rules } };
    });
  }

  /** Takes the candidate's backendRef out of the rules. */
  #removeBackend(): void {
    const service = `${PLAN}-${this.#active()?.status?.frozen?.slot ?? "green"}`;
    this.#onRoutes((route) => {
      const { spec } = route as unknown as RouteObject;
      const rules = (spec.rules ?? []).map((rule) => ({
        ...rule,
        backendRefs: (rule.backendRefs ?? []).filter((ref) => ref.name !== service),
      }));
      return { ...route, spec: { ...spec, rules } };
    });
  }
}
