/** Every way in which a release can go. */
import { minutes } from "../../../src/base/duration.ts";
import { KIND, typeOf } from "../../lab/kinds.ts";
import { SHOP, STOREFRONT } from "../../lab/shop.ts";
import { errorsBelow, HEALTH } from "../support/plan.ts";
import type { Driven, Scenario } from "./scenario.ts";
import type { Town } from "./town.ts";

const DIRECT = { direct: {} };
/** Stays at 20 % until a person says otherwise. */
const MANUAL = { canary: { steps: [{ weight: 20, hold: "manual" }] } };
const CANARY = {
  canary: {
    steps: [
      { weight: 20, hold: "500ms" },
      { weight: 50, hold: "500ms" },
    ],
  },
};
/** The team's own route, which points to a Service of its own. */
const ADOPTS = { routes: [{ name: SHOP }] };

const planRef = ({ namespace }: Town) => ({ name: SHOP, namespace });
/** The Service for callers inside the cluster is named after the plan. */
const entryRef = planRef;
const by = async ({ lane }: Town): Promise<string> => lane.objects.whoAmI();

/** Another good version from run to run. */
const good = ({ number }: Driven): string => (number % 2 === 1 ? "v3" : "v2");
const releaseGood = (run: Driven): Promise<void> => run.release("candidate", good(run));

async function releaseAndHold(run: Driven): Promise<void> {
  await releaseGood(run);
  await run.held("candidate");
}

const cached = (memory: string) => ({
  stack: {
    program: { name: "cached" },
    values: { port: 8080, cache: { image: "localhost/shop:v0", port: 8080, memory } },
  },
});

/** Both slots are there before, so that a run changes what others have made. */
const BOTH = ["v1", "v2"];

/** Releases that go the whole way. */
export const STRATEGIES: readonly Scenario[] = [
  {
    name: "direct",
    plan: { strategy: DIRECT },
    prepared: BOTH,
    repeats: true,
    drive: releaseGood,
    ends: { candidate: "Completed" },
  },
  {
    name: "blueGreen",
    plan: { strategy: { blueGreen: { hold: "500ms" } } },
    prepared: BOTH,
    repeats: true,
    drive: releaseGood,
    ends: { candidate: "Completed" },
  },
  {
    name: "canary",
    plan: { strategy: CANARY },
    prepared: BOTH,
    repeats: true,
    inBrief: true,
    drive: releaseGood,
    ends: { candidate: "Completed" },
  },
  {
    name: "first",
    plan: { strategy: CANARY },
    prepared: [],
    repeats: false,
    drive: releaseGood,
    ends: { candidate: "Completed" },
  },
  {
    name: "adopted",
    plan: { strategy: CANARY, traffic: ADOPTS },
    prepared: [],
    byHand: true,
    repeats: false,
    drive: releaseGood,
    ends: { candidate: "Completed" },
  },
  {
    name: "take-over",
    plan: { strategy: DIRECT, traffic: ADOPTS },
    prepared: ["v1"],
    byHand: true,
    repeats: false,
    async drive({ town }) {
      const finishAdoption = { service: ADOPTED, by: await by(town), reason: "a test" };
      await town.lane.objects.patch(KIND.plan, planRef(town), { spec: { traffic: { finishAdoption } } });
    },
    ends: {},
    settled: async (town) => (await town.plan())?.status.adoption?.doneAt !== undefined,
  },
  {
    name: "shared",
    plan: { strategy: DIRECT, ...cached("64Mi") },
    prepared: BOTH,
    repeats: true,
    async drive(run) {
      const memory = `${80 + (run.number % 2) * 16}Mi`;
      const values = { cache: { image: "localhost/shop:v0", port: 8080, memory } };
      await run.release("candidate", good(run), values);
    },
    ends: { candidate: "Completed" },
  },
  {
    name: "package",
    plan: { strategy: DIRECT },
    prepared: BOTH,
    after: { retention: { history: 1 } },
    repeats: false,
    inBrief: true,
    async drive({ town }) {
      const spec = { package: { version: "v3", image: "localhost/shop:v3" } };
      await town.lane.objects.patch(KIND.plan, planRef(town), { spec });
    },
    ends: {},
    settled: async (town) => {
      const status = (await town.plan())?.status;
      const { objects } = town.lane;
      const releases = await objects.list(KIND.release, town.namespace);
      return status?.slots?.[status.liveSlot]?.version === "v3" && releases.length === 2;
    },
  },
];

/** Releases that end early, and what takes things away. */
export const ENDINGS: readonly Scenario[] = [
  {
    name: "gate",
    plan: { strategy: DIRECT },
    prepared: BOTH,
    after: {
      strategy: { canary: { steps: [{ weight: 20, hold: "30s" }] } },
      verification: [HEALTH, errorsBelow("5%")],
    },
    repeats: true,
    faulty: "v4",
    rate: 60,
    drive: (run) => run.release("candidate", "v4"),
    ends: { candidate: "Reverted" },
  },
  {
    name: "abort",
    plan: { strategy: MANUAL },
    prepared: BOTH.slice(0, 1),
    repeats: true,
    inBrief: true,
    async drive(run) {
      await releaseAndHold(run);
      await run.town.releases.command(run.name("candidate"), { abort: { reason: "a test" } });
    },
    ends: { candidate: "Reverted" },
  },
  {
    name: "superseded",
    plan: { strategy: DIRECT },
    prepared: BOTH,
    after: { strategy: MANUAL },
    repeats: true,
    async drive(run) {
      await releaseAndHold(run);
      await run.release("newer", run.number % 2 === 1 ? "v1" : "v3");
      await run.held("newer");
      const promote = { step: "weight-20", reason: "a test" };
      await run.town.releases.command(run.name("newer"), { promote });
    },
    ends: { candidate: "Superseded", newer: "Completed" },
  },
  {
    name: "release deleted",
    plan: { strategy: MANUAL },
    prepared: BOTH.slice(0, 1),
    repeats: true,
    async drive(run) {
      await releaseAndHold(run);
      const ref = { name: run.name("candidate"), namespace: run.town.namespace };
      await run.town.lane.objects.askToRemove(KIND.release, ref);
    },
    ends: { candidate: "gone" },
  },
  {
    name: "plan deleted",
    plan: { strategy: MANUAL },
    prepared: BOTH.slice(0, 1),
    repeats: false,
    inBrief: true,
    async drive(run) {
      await releaseAndHold(run);
      await run.town.lane.objects.remove(KIND.plan, planRef(run.town), minutes(10));
    },
    ends: { candidate: "Cancelled" },
  },
  {
    name: "retirement",
    plan: { strategy: DIRECT, retention: { idleSlot: "Destroy", history: 100 } },
    prepared: BOTH,
    repeats: true,
    drive: releaseGood,
    ends: { candidate: "Completed" },
    settled: async (town) => {
      const slots = await town.lane.objects.list(KIND.deployment, town.namespace, "bascule.dev/slot");
      return slots.length === 1;
    },
  },
  {
    name: "entry deleted",
    inBrief: true,
    plan: { strategy: DIRECT },
    prepared: BOTH.slice(0, 1),
    repeats: true,
    // Callers inside the cluster use it; those that come through the gateway lose nothing.
    drive: ({ town }) => town.lane.objects.askToRemove(KIND.service, entryRef(town)),
    ends: {},
    settled: async (town) => {
      const entry = await town.lane.objects.find(KIND.service, entryRef(town));
      return entry !== undefined && (await town.plan())?.status.restoring === undefined;
    },
  },
];

export const SCENARIOS: readonly Scenario[] = [...STRATEGIES, ...ENDINGS];

/** Service and pods that the team has made itself. */
export const ADOPTED = STOREFRONT;
/** What a state in the cluster is kept in. */
export const SECRET = typeOf({ apiVersion: "v1", kind: "Secret" });
export const LEASE = typeOf({ apiVersion: "coordination.k8s.io/v1", kind: "Lease" });
