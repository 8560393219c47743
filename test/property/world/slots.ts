/** The two slots' workloads: pods that start, crash, are scaled, and an autoscaler over them. */
import type { Slot } from "../../../src/api/release-plan.ts";
import { readRaised } from "../../../src/core/plan/floors.ts";
import type { FloorWrite, ScaleTarget } from "../../../src/core/plan/intents.ts";
import type { AutoscalerObservation, WorkloadObservation } from "../../../src/core/plan/observed.ts";
import type { Restore } from "./restore.ts";
import type { Scenario } from "./scenario.ts";
import type { Simulation } from "./simulation.ts";

interface Autoscaler {
  minReplicas: number;
  readonly maxReplicas: number;
  declared: number;
  /** The annotation that says what was borrowed. */
  raised: string | undefined;
  version: number;
}

interface Workload {
  release: string;
  desired: number;
  /** Times from which the pods are ready. */
  readyAt: number[];
  autoscaler: Autoscaler | undefined;
  downUntil: number;
  version: number;
}

const NAME = "app";
/** The floor of the autoscaler as the program makes it. */
export const PROGRAM_FLOOR = 1;

export class Slots {
  readonly #sim: Simulation;
  readonly #scenario: Scenario;
  #workloads: Partial<Record<Slot, Workload>> = {};
  readonly #onChange: (slot: Slot) => void;

  readonly #podDelay: () => number;

  constructor(sim: Simulation, scenario: Scenario, podDelay: () => number, onChange: (slot: Slot) => void) {
    this.#sim = sim;
    this.#scenario = scenario;
    this.#podDelay = podDelay;
    this.#onChange = onChange;
  }

  /** What a stack does to its slot. A slot that runs the release already is left as it is. */
  apply(slot: Slot, release: string, broken: boolean): void {
    const before = this.#workloads[slot];
    if (before?.release === release) return;
    const { autoscaler: scales, replicas } = this.#scenario;
    const kept = before?.autoscaler;
    const fresh: Autoscaler | undefined = scales
      ? {
          minReplicas: PROGRAM_FLOOR,
          maxReplicas: replicas * 2,
          declared: PROGRAM_FLOOR,
          raised: undefined,
          version: 1,
        }
      : undefined;
    const desired = before?.desired ?? 1;
    const readyAt = Array.from({ length: desired }, () => this.#readyTime(broken));
    const version = (before?.version ?? 0) + 1;
    this.#workloads[slot] = { release, desired, readyAt, autoscaler: kept ?? fresh, downUntil: 0, version };
    this.#changed(slot);
  }

  remove(slot: Slot): void {
    delete this.#workloads[slot];
    this.#changed(slot);
  }

  /** False when a workload or its autoscaler was not the one that had been read. */
  scale(slot: Slot, targets: readonly ScaleTarget[], broken: boolean): boolean {
    const workload = this.#workloads[slot];
    if (workload === undefined) return true;
    let met = true;
    for (const target of targets) {
      if (target.autoscaler !== undefined && workload.autoscaler !== undefined)
        met = writeFloor(workload.autoscaler, target.autoscaler) && met;
      if (target.replicas === undefined) continue;
      if (isStale(target, workload)) met = false;
      else workload.desired = target.replicas;
    }
    this.#resize(slot, workload, broken);
    return met;
  }

  /** Nobody asks for anything: the autoscaler takes the slot to its floor. */
  quiet(slot: Slot): void {
    const workload = this.#workloads[slot];
    if (workload?.autoscaler === undefined || workload.desired === 0) return;
    workload.desired = Math.min(workload.desired, workload.autoscaler.minReplicas);
    this.#resize(slot, workload, false);
  }

  /** A person sets the floor of the slot's autoscaler. */
  setFloor(slot: Slot, minReplicas: number): void {
    const workload = this.#workloads[slot];
    if (workload?.autoscaler === undefined) return;
    workload.autoscaler.minReplicas = Math.min(minReplicas, workload.autoscaler.maxReplicas);
    workload.autoscaler.version++;
    this.#resize(slot, workload, false);
  }

  #resize(slot: Slot, workload: Workload, broken: boolean): void {
    const floor = workload.autoscaler?.minReplicas ?? 0;
    if (workload.desired > 0) workload.desired = Math.max(workload.desired, floor);
    while (workload.readyAt.length < workload.desired) workload.readyAt.push(this.#readyTime(broken));
    workload.readyAt.length = workload.desired;
    workload.version++;
    this.#changed(slot);
  }

  /** All pods of the slot are unready for a while. */
  down(slot: Slot, forMs: number): void {
    const workload = this.#workloads[slot];
    if (workload === undefined) return;
    workload.downUntil = this.#sim.now() + forMs;
    this.#changed(slot);
    this.#sim.after(forMs, ["up", slot], () => this.#changed(slot));
  }

  ready(slot: Slot): number {
    const workload = this.#workloads[slot];
    if (workload === undefined || this.#sim.now() < workload.downUntil) return 0;
    return workload.readyAt.filter((t) => t <= this.#sim.now()).length;
  }

  desired(slot: Slot): number {
    return this.#workloads[slot]?.desired ?? 0;
  }

  release(slot: Slot): string | undefined {
    return this.#workloads[slot]?.release;
  }

  autoscaler(slot: Slot): Readonly<Autoscaler> | undefined {
    return this.#workloads[slot]?.autoscaler;
  }

  observe(slot: Slot): readonly WorkloadObservation[] {
    const workload = this.#workloads[slot];
    if (workload === undefined) return [];
    const ready = this.ready(slot);
    const { release, desired, autoscaler, version } = workload;
    const stuck = workload.readyAt.some((t) => t === Number.POSITIVE_INFINITY);
    return [
      {
        kind: "Deployment",
        name: NAME,
        release,
        desired,
        ready,
        current: ready >= desired,
        resourceVersion: String(version),
        ...(autoscaler === undefined ? {} : { autoscaler: observeAutoscaler(autoscaler) }),
        ...(stuck ? { problem: { reason: "CrashLoopBackOff", message: "container main" } } : {}),
      },
    ];
  }

  /** The workloads as they are, as data; times count from now. */
  get view(): unknown {
    const now = this.#sim.now();
    return Object.entries(this.#workloads).map(([slot, { version: _, readyAt, downUntil, ...rest }]) => {
      const { version: _v, ...autoscaler } = rest.autoscaler ?? { version: 0 };
      const pods = readyAt.map((t) => Math.max(0, t - now)).toSorted((a, b) => a - b);
      return [slot, { ...rest, autoscaler }, pods, Math.max(0, downUntil - now)];
    });
  }

  save(): Restore {
    const saved = structuredClone(this.#workloads);
    return () => {
      this.#workloads = structuredClone(saved);
    };
  }

  #readyTime(broken: boolean): number {
    if (broken) return Number.POSITIVE_INFINITY;
    return this.#sim.now() + this.#podDelay();
  }

  #changed(slot: Slot): void {
    this.#onChange(slot);
    this.#sim.after(this.#podDelay(), ["pods", slot], () => this.#onChange(slot));
  }
}

const isStale = (
  { resourceVersion }: { readonly resourceVersion?: string },
  { version }: { readonly version: number },
): boolean => resourceVersion !== undefined && resourceVersion !== String(version);

function writeFloor(autoscaler: Autoscaler, write: FloorWrite): boolean {
  if (isStale(write, autoscaler)) return false;
  autoscaler.minReplicas = write.minReplicas ?? autoscaler.minReplicas;
  autoscaler.raised = write.raised;
  autoscaler.version++;
  return true;
}

function observeAutoscaler({ raised: mark, version, ...bounds }: Autoscaler): AutoscalerObservation {
  const raised = readRaised(mark);
  return {
    name: NAME,
    ...bounds,
    ...(raised === undefined ? {} : { raised }),
    resourceVersion: String(version),
  };
}
