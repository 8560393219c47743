import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Decision } from "../core/plan/decision.ts";
import type { Intent } from "../core/plan/intents.ts";
import type { KubeMetrics } from "../kube/metrics.ts";
import { ReleaseMetrics, WAIT_SECONDS } from "./release-metrics.ts";

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Figures that are read when they are asked for. */
export interface Readings {
  /** Seconds since the last sign of life of each watch. */
  readonly watchSilence: () => Readonly<Record<string, number>>;
  readonly queue: () => { readonly ready: number; readonly running: number; readonly oldestSeconds: number };
  readonly releases: () => Readonly<Record<string, number>>;
  /** Share of each candidate that is on its way, 0 … 1, by namespace and plan. */
  readonly candidates: () => readonly {
    readonly namespace: string;
    readonly plan: string;
    readonly share: number;
  }[];
}

/** All metrics of the controller, in one registry of their own. */
export class Telemetry {
  readonly registry = new Registry();
  readonly kube: KubeMetrics;
  readonly releases: ReleaseMetrics;
  readonly #decisions: Counter;
  readonly #facts: Counter;
  readonly #intents: Counter;
  readonly #failures: Counter;
  readonly #leader: Gauge;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#decisions = new Counter({
      name: "bascule_decisions_total",
      help: "Decisions made, by whether they asked for anything",
      labelNames: ["acts"],
      registers,
    });
    this.#facts = new Counter({
      name: "bascule_release_events_total",
      help: "Happenings of releases and plans, by reason",
      labelNames: ["kind", "type", "reason"],
      registers,
    });
    this.#intents = new Counter({
      name: "bascule_intents_total",
      help: "Intents carried out or tried, by kind",
      labelNames: ["intent"],
      registers,
    });
    this.#failures = new Counter({
      name: "bascule_intent_failures_total",
      help: "Intents that failed and are asked for again",
      labelNames: ["intent", "kind"],
      registers,
    });
    this.#leader = new Gauge({
      name: "bascule_leader",
      help: "1 while this process leads, 0 while it stands by",
      registers,
    });
    this.kube = kubeMetrics(registers);
    this.releases = new ReleaseMetrics(registers);
  }

  /** Whether this process is the one that acts. */
  leads(leads: boolean): void {
    this.#leader.set(leads ? 1 : 0);
  }

  /** Takes in what a pass decided. */
  decided(decision: Decision): void {
    const acts = decision.first.length + decision.intents.length > 0;
    this.#decisions.inc({ acts: String(acts) });
    for (const { about, type, reason } of decision.facts) this.#facts.inc({ kind: about.kind, type, reason });
  }

  executed(intents: readonly Intent[]): void {
    for (const { kind } of intents) this.#intents.inc({ intent: kind });
  }

  failed(intent: string, kind: string): void {
    this.#failures.inc({ intent, kind });
  }

  /** Adds the figures that are pulled at each scrape. */
  pull(readings: Readings): void {
    const registers = [this.registry];
    new Gauge({
      name: "bascule_watch_silence_seconds",
      help: "Time since the last sign of life of a watch",
      labelNames: ["resource"],
      registers,
      collect() {
        for (const [resource, seconds] of Object.entries(readings.watchSilence()))
          this.set({ resource }, seconds);
      },
    });
    new Gauge({
      name: "bascule_queue_keys",
      help: "Plans in the queue, by state",
      labelNames: ["state"],
      registers,
      collect() {
        const { ready, running } = readings.queue();
        this.set({ state: "ready" }, ready);
        this.set({ state: "running" }, running);
      },
    });
    new Gauge({
      name: "bascule_queue_oldest_seconds",
      help: "How long the first plan in the queue has been waiting",
      registers,
      collect() {
        this.set(readings.queue().oldestSeconds);
      },
    });
    new Gauge({
      name: "bascule_releases",
      help: "Releases by phase",
      labelNames: ["phase"],
      registers,
      collect() {
        this.reset();
        for (const [phase, n] of Object.entries(readings.releases())) this.set({ phase }, n);
      },
    });
    new Gauge({
      name: "bascule_candidate_weight_ratio",
      help: "Share of the traffic that a candidate has, while its release is on its way",
      labelNames: ["namespace", "plan"],
      registers,
      collect() {
        this.reset();
        for (const { namespace, plan, share } of readings.candidates()) this.set({ namespace, plan }, share);
      },
    });
  }
}

function kubeMetrics(registers: Registry[]): KubeMetrics {
  const requests = new Histogram({
    name: "bascule_kube_request_seconds",
    help: "Requests to the API server",
    labelNames: ["method", "outcome"],
    buckets: SECONDS,
    registers,
  });
  const watches = new Counter({
    name: "bascule_watch_total",
    help: "What happened to the watches",
    labelNames: ["resource", "what"],
    registers,
  });
  const waited = new Histogram({
    name: "bascule_queue_wait_seconds",
    help: "Time between a plan becoming due and its pass",
    labelNames: ["urgency"],
    buckets: WAIT_SECONDS,
    registers,
  });
  const took = new Histogram({
    name: "bascule_pass_seconds",
    help: "Duration of a pass over a plan",
    labelNames: ["outcome"],
    buckets: SECONDS,
    registers,
  });
  const retries = new Counter({
    name: "bascule_queue_retries_total",
    help: "Passes to be repeated",
    registers,
  });
  const leases = new Gauge({
    name: "bascule_lease_held",
    help: "Leases held",
    labelNames: ["lease"],
    registers,
  });
  const dropped = new Counter({
    name: "bascule_events_dropped_total",
    help: "Events that were not written",
    labelNames: ["why"],
    registers,
  });
  return {
    requestDone: ({ method, outcome, took: t }) => requests.observe({ method, outcome }, t / 1_000),
    reflectorCount: (resource, what, by) => watches.inc({ resource, what }, by),
    queueRun: (sample) => {
      waited.observe({ urgency: sample.urgency }, sample.waited / 1_000);
      took.observe({ outcome: sample.outcome }, sample.took / 1_000);
    },
    queueRetry: () => retries.inc(),
    // Leases of stacks come and go; only those that are held are shown.
    leaseHeld: (lease, held) => (held ? leases.set({ lease }, 1) : leases.remove({ lease })),
    eventDropped: (why) => dropped.inc({ why }),
  };
}
