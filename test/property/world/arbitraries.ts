/** Random worlds. Everything shrinks towards the calm one. */
import fc from "fast-check";
import {
  type Blindness,
  CALM,
  type Deed,
  type Event,
  FAULT_KINDS,
  type Fault,
  type Scenario,
  STACK_RESULTS,
  VERDICT_KINDS,
  type VerdictScript,
} from "./scenario.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const verdict = (calm: VerdictScript): fc.Arbitrary<VerdictScript> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(calm) },
    {
      weight: 2,
      arbitrary: fc.record({
        afterMs: fc.integer({ min: 0, max: 90 }).map((s) => s * SECOND),
        verdict: fc.constantFrom(...VERDICT_KINDS),
      }),
    },
  );

const simple = fc.constantFrom(
  "abort",
  "revert",
  "pause",
  "unpause",
  "promote",
  "skip",
  "resume",
  "acceptLive",
  "deleteRelease",
  "newer",
  "dryRun",
  "restart",
  "touchRoute",
  "editPlan",
  "removeBackend",
  "recreate",
  "finishAdoption",
  "deletePlan",
  "createPlan",
);

const span = fc.integer({ min: 1, max: 120 }).map((s) => s * SECOND);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: simple.map((kind) => ({ kind }) as Deed) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 1, 10, 50, 100).map((candidate): Deed => ({ kind: "weights", candidate })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ side: fc.constantFrom("live", "candidate"), forMs: span })
      .map((r): Deed => ({ kind: "podsDown", side: r.side as "live" | "candidate", forMs: r.forMs })),
  },
  { weight: 1, arbitrary: span.map((forMs): Deed => ({ kind: "rejectRoute", forMs })) },
  { weight: 1, arbitrary: fc.constant<Deed>({ kind: "quiet" }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Deed>(
      { kind: "deleteRoute" },
      { kind: "deleteService", of: "live" },
      { kind: "deleteService", of: "candidate" },
      { kind: "deleteService", of: "entry" },
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ side: fc.constantFrom("live", "candidate"), floor: fc.integer({ min: 1, max: 8 }) })
      .map((r): Deed => ({ kind: "setFloor", side: r.side as "live" | "candidate", floor: r.floor })),
  },
  { weight: 1, arbitrary: fc.constantFrom("deletePlan", "deleteNamespace").map((kind): Deed => ({ kind })) },
);

const event: fc.Arbitrary<Event> = fc.record({
  atMs: fc.oneof(fc.integer({ min: 0, max: 2 * MINUTE }), fc.integer({ min: 0, max: 12 * MINUTE })),
  deed,
});

const fault: fc.Arbitrary<Fault> = fc.record({
  request: fc.integer({ min: 0, max: 90 }),
  kind: fc.constantFrom(...FAULT_KINDS),
});

const blind: fc.Arbitrary<Blindness> = fc.record({
  fromMs: fc.integer({ min: 0, max: 4 * MINUTE }),
  forMs: fc.integer({ min: 1, max: 60 }).map((s) => s * SECOND),
  of: fc.constantFrom("releases", "plans", "routes", "services", "slots", "verifications"),
});

const seldom = <T>(normal: T, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(normal) }, { weight: 1, arbitrary: rare });

const strategy = fc.oneof(
  fc.record({
    strategy: fc.constant("canary" as const),
    weights: fc
      .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 })
      .map((list) => list.sort((a, b) => a - b)),
  }),
  fc.record({
    strategy: fc.constantFrom("blueGreen" as const, "direct" as const),
    weights: fc.constant<readonly number[]>([]),
  }),
);

const ground = fc.constantFrom<Pick<Scenario, "start" | "routes">>(
  { start: "blue", routes: "one" },
  { start: "blue", routes: "two" },
  { start: "blue", routes: "create" },
  { start: "blue", routes: "none" },
  { start: "adopted", routes: "one" },
  { start: "adopted", routes: "two" },
  { start: "nothing", routes: "create" },
  { start: "nothing", routes: "none" },
);

/** How much goes wrong. */
export interface Trouble {
  readonly events: number;
  readonly faults: number;
  readonly blindness: number;
}

const base = fc
  .record({
    strategy,
    ground,
    hold: seldom<Scenario["hold"]>("10s", fc.constantFrom("2m", "manual")),
    replicas: fc.integer({ min: 1, max: 6 }),
    autoscaler: fc.boolean(),
    onNewer: fc.constantFrom("wait" as const, "finish" as const),
    onInconclusive: fc.constantFrom("hold" as const, "revert" as const, "reserve" as const),
    deletionPolicy: seldom<Scenario["deletionPolicy"]>("Orphan", fc.constant("Delete")),
    idleSlot: seldom<Scenario["idleSlot"]>("Keep", fc.constant("Destroy")),
    shared: fc.constantFrom("none" as const, "kept" as const, "replaced" as const),
    podDelayMs: seldom(CALM.podDelayMs, fc.integer({ min: 0, max: 4 * MINUTE })),
    broken: seldom(false, fc.boolean()),
    stackMs: seldom(CALM.stackMs, fc.integer({ min: 0, max: 90 * SECOND })),
    gatewayMs: seldom(CALM.gatewayMs, fc.integer({ min: 0, max: 50 * SECOND })),
    watchMs: seldom(CALM.watchMs, fc.integer({ min: 0, max: 5 * SECOND })),
    lagMs: seldom(0, fc.integer({ min: 0, max: 5 * SECOND })),
    downMs: fc.integer({ min: 1, max: 40 }).map((s) => s * SECOND),
    beforeTraffic: verdict(CALM.beforeTraffic),
    steps: verdict(CALM.steps),
    observe: verdict(CALM.observe),
    back: verdict(CALM.back),
    gatewayCounts: fc.boolean(),
    split: verdict(CALM.split),
    silence: verdict(CALM.silence),
    stackResults: seldom<Scenario["stackResults"]>(
      [],
      fc.array(fc.constantFrom(...STACK_RESULTS), { maxLength: 3 }),
    ),
  })
  // Without routes there is nothing to shift by shares.
  .map(({ strategy: s, ground: g, ...rest }): Omit<Scenario, "events" | "faults" | "blindness"> => {
    const canary = s.strategy === "canary" && g.routes === "none";
    return { ...rest, ...g, strategy: canary ? "blueGreen" : s.strategy, weights: s.weights };
  });

/** A world with at most so much trouble. */
export const anyScenario = (trouble: Trouble): fc.Arbitrary<Scenario> =>
  fc
    .tuple(
      base,
      fc.array(event, { maxLength: trouble.events }),
      fc.uniqueArray(fault, { maxLength: trouble.faults, selector: (f) => f.request }),
      fc.array(blind, { maxLength: trouble.blindness }),
    )
    .map(([scenario, events, faults, blindness]) => ({
      ...scenario,
      shortJournal: true,
      events: events.toSorted((a, b) => a.atMs - b.atMs),
      faults: faults.toSorted((a, b) => a.request - b.request),
      blindness,
    }));
