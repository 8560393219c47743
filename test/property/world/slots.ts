/** The two slots' workloads: pods that start, crash, are scaled, and an autoscaler over them. */
import type { Slot } from "../../../src/api/release-plan.ts";
import type { ScaleTarget } from "../../../src/core/plan/intents.ts";
import type { WorkloadObservation } from "../../../src/core/plan/observed.ts";
import type { Scenario } from "./scenario.ts";
import type { Simulation } from "./simulation.ts";

interface Workload {
  release: string;
  desired: number;
  /** Times from which the pods are ready. */
  readyAt: number[];
  autoscaler: { minReplicas: number; readonly maxReplicas: number } | undefined;
  downUntil: number;
}

const NAME = "app";
/** The floor of the autoscaler as the program makes it. */
export const PROGRAM_FLOOR = 1;

export class Slots {
  readonly #sim: Simulation;
  readonly #scenario: Scenario;
  readonly #workloads: Partial<Record<Slot, Workload>> = {};
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
    const fresh = scales ? { minReplicas: PROGRAM_FLOOR, maxReplicas: replicas * 2 } : undefined;
    const desired = before?.desired ?? 1;
    const readyAt = Array.from({ length: desired }, () => this.#readyTime(broken));
    this.#workloads[slot] = { release, desired, readyAt, autoscaler: kept ?? fresh, downUntil: 0 };
    this.#changed(slot);
  }

  remove(slot: Slot): void {
    delete this.#workloads[slot];
    this.#changed(slot);
  }

  scale(slot: Slot, targets: readonly ScaleTarget[], broken: boolean): void {
    const workload = this.#workloads[slot];
    if (workload === undefined) return;
    for (const target of targets) {
      if (target.autoscaler !== undefined && workload.autoscaler !== undefined)
        workload.autoscaler.minReplicas = target.autoscaler.minReplicas;
      if (target.replicas !== undefined) workload.desired = target.replicas;
    }
    const floor = workload.autoscaler?.minReplicas ?? 0;
    if (workload.desired > 0) workload.desired = Math.max(workload.desired, floor);
    while (workload.readyAt.length < workload.desired) workload.readyAt.push(this.#readyTime(broken));
    workload.readyAt.length = workload.desired;
    this.#changed(slot);
  }

  /** All pods of the slot are unready for a while. */
  down(slot: Slot, forMs: number): void {
    const workload = this.#workloads[slot];
    if (workload === undefined) return;
    workload.downUntil = this.#sim.now() + forMs;
    this.#changed(slot);
    this.#sim.after(forMs, () => this.#changed(slot));
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

  floor(slot: Slot): number | undefined {
    return this.#workloads[slot]?.autoscaler?.minReplicas;
  }

  observe(slot: Slot): readonly WorkloadObservation[] {
    const workload = this.#workloads[slot];
    if (workload === undefined) return [];
    const ready = this.ready(slot);
    const { release, desired, autoscaler } = workload;
    const stuck = workload.readyAt.some((t) => t === Number.POSITIVE_INFINITY);
    return [
      {
        kind: "Deployment",
        name: NAME,
        release,
        desired,
        ready,
        current: ready >= desired,
        ...(autoscaler === undefined ? {} : { autoscaler: { name: NAME, ...autoscaler } }),
        ...(stuck ? { problem: { reason: "CrashLoopBackOff", message: "container main" } } : {}),
      },
    ];
  }

  #readyTime(broken: boolean): number {
    if (broken) return Number.POSITIVE_INFINITY;
    return this.#sim.now() + this.#podDelay();
  }

  #changed(slot: Slot): void {
    this.#onChange(slot);
    this.#sim.after(this.#podDelay(), () => this.#onChange(slot));
  }
}
