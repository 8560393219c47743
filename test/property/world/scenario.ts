/** A world and everything that will go wrong in it, as data: what fast-check makes, shrinks and prints. */

export const VERDICT_KINDS = ["passed", "failed", "inconclusive", "error", "silent"] as const;
export type ScriptedVerdict = (typeof VERDICT_KINDS)[number];

/** What a check says, and after which time. `silent` never concludes. */
export interface VerdictScript {
  readonly afterMs: number;
  readonly verdict: ScriptedVerdict;
}

export const STACK_RESULTS = ["ok", "conflict", "timeout", "unreachable", "invalid", "halfDone"] as const;
export type StackResult = (typeof STACK_RESULTS)[number];

export const FAULT_KINDS = [
  /** The process dies before the request leaves. */
  "crashBefore",
  /** The process dies after the request has taken effect. */
  "crashAfter",
  /** The process dies; the request takes effect a while later. */
  "crashLate",
  "conflict",
  "unreachable",
  /** The request takes effect and its answer is lost. */
  "lostAnswer",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault at the n-th request that the controller sends. */
export interface Fault {
  readonly request: number;
  readonly kind: FaultKind;
}

export type Deed =
  | { readonly kind: "abort" | "revert" | "pause" | "unpause" | "promote" | "skip" | "resume" | "acceptLive" }
  | {
      readonly kind:
        | "deleteRelease"
        | "newer"
        | "dryRun"
        | "restart"
        | "touchRoute"
        | "editPlan"
        | "removeBackend"
        | "finishAdoption"
        | "recreate"
        | "deletePlan"
        | "createPlan"
        | "deleteNamespace"
        | "pointHome"
        | "takeJournalNames"
        | "pointAway";
    }
  | { readonly kind: "weights"; readonly candidate: number }
  /** Somebody deletes the route that Bascule made, or the Service of a side. */
  | { readonly kind: "deleteRoute" }
  | { readonly kind: "deleteService"; readonly of: "live" | "candidate" | "entry" }
  /** Nobody asks for anything, and autoscalers go to their floors. */
  | { readonly kind: "quiet" }
  /** The gateway loses its next status writes, and does not repeat them. */
  | { readonly kind: "loseReports"; readonly count: number }
  | { readonly kind: "setFloor"; readonly side: "live" | "candidate"; readonly floor: number }
  | { readonly kind: "podsDown"; readonly side: "live" | "candidate"; readonly forMs: number }
  | { readonly kind: "rejectRoute"; readonly forMs: number };

/** Something that a person, or the world, does at a time after the release was created. */
export interface Event {
  readonly atMs: number;
  readonly deed: Deed;
}

/** A span in which the controller's caches of one kind show the past. */
export interface Blindness {
  readonly fromMs: number;
  readonly forMs: number;
  readonly of: "releases" | "plans" | "routes" | "services" | "slots" | "verifications";
}

export interface Scenario {
  readonly strategy: "direct" | "blueGreen" | "canary";
  /** Shares of a canary in percent, ascending. */
  readonly weights: readonly number[];
  readonly hold: "10s" | "2m" | "manual";
  readonly start: "nothing" | "adopted" | "blue";
  readonly routes: "one" | "two" | "create" | "none";
  readonly replicas: number;
  readonly autoscaler: boolean;
  readonly onNewer: "wait" | "finish";
  readonly onInconclusive: "hold" | "revert" | "reserve";
  readonly deletionPolicy: "Orphan" | "Delete";
  readonly idleSlot: "Keep" | "Destroy";
  /** The program has a part that both slots share; `replaced`: the new releases want another one. */
  readonly shared: "none" | "kept" | "replaced";
  readonly podDelayMs: number;
  /** The candidate's pods never become ready. */
  readonly broken: boolean;
  readonly stackMs: number;
  /** Milliseconds that an operation waits for its turn before it begins; none where it is absent. */
  readonly turnMs?: number;
  /** Results of the stack operations in their order; afterwards all go well. */
  readonly stackResults: readonly StackResult[];
  readonly gatewayMs: number;
  readonly watchMs: number;
  /** Time between a wake-up and the pass. */
  readonly lagMs: number;
  readonly downMs: number;
  readonly beforeTraffic: VerdictScript;
  readonly steps: VerdictScript;
  readonly observe: VerdictScript;
  readonly back: VerdictScript;
  /** The plan has a check of the observed share, from counters of the gateway. */
  readonly gatewayCounts: boolean;
  readonly split: VerdictScript;
  /** Of the look before a slot is retired. */
  readonly silence: VerdictScript;
  /** The status of a release takes a few entries of its journal only; the older ones go to segments. */
  readonly shortJournal?: boolean;
  readonly events: readonly Event[];
  readonly faults: readonly Fault[];
  readonly blindness: readonly Blindness[];
}

/** A world in which nothing goes wrong. */
export const CALM: Scenario = {
  strategy: "canary",
  weights: [5, 25, 50],
  hold: "10s",
  start: "blue",
  routes: "one",
  replicas: 4,
  autoscaler: false,
  onNewer: "wait",
  onInconclusive: "hold",
  deletionPolicy: "Orphan",
  idleSlot: "Keep",
  shared: "none",
  podDelayMs: 3_000,
  broken: false,
  stackMs: 4_000,
  stackResults: [],
  gatewayMs: 200,
  watchMs: 20,
  lagMs: 0,
  downMs: 5_000,
  beforeTraffic: { afterMs: 2_000, verdict: "passed" },
  steps: { afterMs: 3_000, verdict: "passed" },
  observe: { afterMs: 3_000, verdict: "passed" },
  back: { afterMs: 1_000, verdict: "passed" },
  gatewayCounts: false,
  split: { afterMs: 2_000, verdict: "passed" },
  silence: { afterMs: 1_000, verdict: "passed" },
  events: [],
  faults: [],
  blindness: [],
};

/** How fast things go. */
export type Pace = Pick<Scenario, "podDelayMs" | "stackMs" | "turnMs" | "gatewayMs" | "watchMs" | "lagMs">;
