/** The controller's process in the simulated cluster: the real reconcile(), woken, delayed, killed and restarted. */
import { MARK } from "../../../src/api/object.ts";
import type { Instant } from "../../../src/base/instant.ts";
import type { ReconcilePorts } from "../../../src/controller/pass.ts";
import { reconcile } from "../../../src/controller/reconcile.ts";
import { decide } from "../../../src/core/plan/decide.ts";
import type { Decision } from "../../../src/core/plan/decision.ts";
import type { Observed } from "../../../src/core/plan/observed.ts";
import type { StackDetail, StackRequest } from "../../../src/core/plan/stack.ts";
import type { ServiceObject } from "../../../src/core/traffic/entry-selector.ts";
import type { RouteObject } from "../../../src/core/traffic/route-object.ts";
import { silentLog } from "../../../src/ports/log.ts";
import { type PlanKey, planKey, type World } from "../../../src/ports/world.ts";
import { EntrySelectors } from "../../../src/traffic/entry-service.ts";
import { HttpRouteRouter } from "../../../src/traffic/http-route.ts";
import type { Cluster } from "./cluster.ts";
import { PLAN } from "./cluster.ts";
import { accessTo, type KubePorts, SimWrites, type WriteWatcher } from "./kube.ts";
import { Crash, Requests } from "./requests.ts";
import { type Restore, saveMap, together } from "./restore.ts";
import { SHORT_JOURNAL, SimSegments } from "./segments.ts";
import { Results, SimStacks } from "./stacks.ts";
import type { Kind, Stored } from "./store.ts";

/** What the laws want to know of the controller. */
export interface ControllerWatcher extends WriteWatcher {
  /** Before a pass, with exactly what it is going to see. */
  onObserved(observed: Observed, now: Instant): void;
  onDecided(decision: Decision, now: Instant): void;
  onEnsure(key: string): void;
  onEnsureSlot(slot: "blue" | "green"): void;
  onEnsureShared(request: StackRequest): void;
  /** An operation on what slots share takes effect; `details` is what it does. */
  onSharedEffect(request: StackRequest, details: readonly StackDetail[]): void;
  onStackEffect(slot: "blue" | "green", operation: string): void;
}

const KEY: PlanKey = planKey("default", PLAN);
const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 30_000;

interface Process {
  ports: ReconcilePorts;
  /** Its adapters anew, without what they remember. */
  readonly revive: () => ReconcilePorts;
  readonly stacks: SimStacks;
  readonly segments: SimSegments;
  readonly own: Map<string, Stored>;
  isRevived: boolean;
}

export class Controller {
  readonly #cluster: Cluster;
  readonly #watcher: ControllerWatcher;
  readonly results: Results;
  readonly requests: Requests;
  #process: Process | undefined;
  /** All that there were: of a dead one something may still be under way. */
  #processes: readonly Process[] = [];
  readonly #decide: typeof decide;
  /** The next pass. */
  #scheduled: { readonly at: number; readonly cancel: () => void } | undefined;
  #failures = 0;
  passes = 0;

  /** Another `decides` than the real one is for the tests of what watches over it. */
  constructor(cluster: Cluster, watcher: ControllerWatcher, decides: typeof decide = decide) {
    this.#decide = decides;
    this.#cluster = cluster;
    this.#watcher = watcher;
    this.results = new Results(cluster.scenario.stackResults);
    this.requests = new Requests(cluster.sim, cluster.scenario.faults);
    cluster.wake = () => this.wake();
  }

  start(): void {
    const { sim } = this.#cluster;
    sim.tell("controller starts");
    this.requests.isDead = false;
    this.#failures = 0;
    this.#scheduled = undefined;
    this.#cluster.relist();
    this.#process = this.#makeProcess();
    this.#processes = [...this.#processes, this.#process];
    this.wake();
  }

  wake(): void {
    this.#passIn(this.#cluster.pace.lagMs);
  }

  /** Kills the process between two passes. */
  kill(): void {
    if (this.#process === undefined) return;
    this.requests.isDead = true;
    this.#died();
  }

  get isAlive(): boolean {
    return this.#process !== undefined;
  }

  /** Between two passes only. */
  save(): Restore {
    const [process, processes, scheduled] = [this.#process, this.#processes, this.#scheduled];
    const [failures, passes] = [this.#failures, this.passes];
    const parts = processes.flatMap((p) => [p.stacks.save(), p.segments.save(), saveMap(p.own)]);
    const putBack = () => {
      this.#process = process;
      this.#processes = processes;
      this.#scheduled = scheduled;
      this.#failures = failures;
      this.passes = passes;
      if (process === undefined) return;
      process.isRevived = true;
      process.ports = process.revive();
    };
    return together([...parts, this.results.save(), this.requests.save(), putBack]);
  }

  /** What the present process knows by itself, as data. */
  get view(): unknown {
    const process = this.#process;
    if (process === undefined) return undefined;
    const { store } = this.#cluster;
    const ahead = [...process.own].filter(([key, object]) => {
      const [kind, name] = key.split("/") as [Kind, string];
      return (
        Number(object.metadata.resourceVersion) > Number(store.cached(kind, name)?.metadata.resourceVersion)
      );
    });
    return [process.stacks.view, ahead, this.#failures];
  }

  #passIn(ms: number): void {
    if (this.#process === undefined) return;
    const at = this.#cluster.sim.now() + Math.max(0, ms);
    if (this.#scheduled !== undefined && this.#scheduled.at <= at) return;
    this.#scheduled?.cancel();
    const cancel = this.#cluster.sim.after(ms, ["pass"], async () => {
      this.#scheduled = undefined;
      await this.#pass();
    });
    this.#scheduled = { at, cancel };
  }

  async #pass(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    const { sim } = this.#cluster;
    this.passes++;
    try {
      const outcome = await reconcile(process.ports, KEY, (observed, now) => {
        this.#watcher.onObserved(observed, now);
        return this.#decide(observed, now);
      });
      if (this.requests.isDead) throw new Crash("the pass");
      if (outcome.kind === "retry") this.#backOff();
      else {
        this.#failures = 0;
        if (outcome.kind === "done" && outcome.wakeAt !== undefined) this.#passIn(outcome.wakeAt - sim.now());
      }
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#died();
    }
  }

  #backOff(): void {
    const pause = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#failures++);
    this.#passIn(pause);
  }

  #died(): void {
    this.#cluster.sim.tell("controller dies");
    this.#process?.stacks.die();
    this.#process = undefined;
    this.#scheduled?.cancel();
    this.#scheduled = undefined;
    this.#cluster.sim.after(this.#cluster.scenario.downMs, ["start"], () => this.start());
  }

  #makeProcess(): Process {
    const cluster = this.#cluster;
    const { sim, store } = cluster;
    const watcher = this.#watcher;
    const own = new Map<string, Stored>();
    const kube: KubePorts = {
      own,
      isRevived: () => process.isRevived,
      store,
      requests: this.requests,
      watcher,
      scale: (slot, workloads) => cluster.slots.scale(slot, workloads, cluster.isBroken),
    };
    const writes = new SimWrites(kube);
    const stacks = new SimStacks(
      {
        sim,
        duration: () => cluster.pace.stackMs,
        turn: () => cluster.pace.turnMs ?? 0,
        requests: this.requests,
        programDigest: () => cluster.programDigest,
        effect: (request) => {
          if (request.task.kind === "slot") watcher.onStackEffect(request.task.input.slot, request.operation);
          const { task } = request;
          if (task.kind === "shared" && request.operation !== "preview" && !cluster.shared.isWithheld(task))
            watcher.onSharedEffect(request, cluster.shared.look(task));
          cluster.applyStack(request);
        },
        shared: cluster.scenario.shared === "none" ? undefined : cluster.shared,
        onEnsure: (request) => {
          const { key, task, operation } = request;
          if (task.kind === "shared") watcher.onEnsureShared(request);
          watcher.onEnsure(key);
          if (task.kind === "slot" && operation !== "preview") watcher.onEnsureSlot(task.input.slot);
        },
      },
      this.results,
    );
    stacks.onSettled(() => this.wake());
    const segments = new SimSegments(kube, () => sim.now());
    segments.onSettled(() => this.wake());
    const revive = (): ReconcilePorts => ({
      world: worldOf(cluster, writes),
      stacks,
      writes,
      segments,
      ...(cluster.scenario.shortJournal === true ? { journalBounds: SHORT_JOURNAL } : {}),
      router: new HttpRouteRouter(accessTo<RouteObject>(kube, "routes"), {
        gateway: () => undefined,
        gatewayClass: () => undefined,
      }),
      entries: new EntrySelectors(accessTo<ServiceObject>(kube, "services")),
      results: (uid) => cluster.results.get(uid),
      now: () => sim.now(),
      log: silentLog,
      observer: {
        decided: (_key, decision) => watcher.onDecided(decision, sim.now()),
        progressed: () => {},
        executed: () => {},
        failed: () => {},
      },
    });
    const process: Process = { ports: revive(), revive, stacks, segments, own, isRevived: false };
    return process;
  }
}

function worldOf(cluster: Cluster, writes: SimWrites): World {
  const { store } = cluster;
  return {
    plan: () => writes.newest("plans", store.cached("plans", PLAN)),
    releases: () => store.listCached("releases").flatMap((r) => writes.newest("releases", r) ?? []),
    verifications: () => store.listCached("verifications"),
    template: () => undefined,
    clusterTemplate: () => undefined,
    slot: (_key, slot) => {
      const { exists, readyEndpoints } = cluster.service(`${PLAN}-${slot}`);
      return { workloads: cluster.seenSlot(slot).workloads, serviceExists: exists, readyEndpoints };
    },
    service: (_namespace, name) => cluster.service(name),
    plansOf: () => [PLAN],
    markedEntries: () =>
      store
        .listCached("services")
        .filter((s) => s.metadata.annotations?.[MARK.entry] === PLAN)
        .map((s) => s.metadata.name),
    intruders: () => [],
    namespaceTerminating: () => cluster.isTerminating,
  };
}
