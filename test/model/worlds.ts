/** Small worlds that are explored whole. */
import { CALM, type Scenario } from "../property/world/scenario.ts";

/** Everything takes whole seconds and caches are current, so that few states differ by times alone. */
const SMALL: Scenario = {
  ...CALM,
  replicas: 2,
  weights: [],
  strategy: "direct",
  gatewayMs: 1_000,
  watchMs: 0,
  start: "adopted",
};

export const WORLDS = {
  direct: SMALL,
  blueGreen: { ...SMALL, strategy: "blueGreen" },
  approval: { ...SMALL, strategy: "blueGreen", hold: "manual" },
  canary: { ...SMALL, strategy: "canary", weights: [50] },
  threeSteps: { ...SMALL, strategy: "canary", weights: [25, 50] },
  twoSlots: { ...SMALL, strategy: "canary", weights: [50], start: "blue" },
  twoRoutes: { ...SMALL, strategy: "canary", weights: [50], routes: "two" },
  firstRelease: { ...SMALL, strategy: "canary", weights: [50], start: "nothing", routes: "create" },
  entryOnly: { ...SMALL, strategy: "blueGreen", start: "blue", routes: "none" },
  reserve: { ...SMALL, strategy: "canary", weights: [50], onInconclusive: "reserve" },
  autoscaler: { ...SMALL, strategy: "canary", weights: [50], start: "blue", autoscaler: true },
  sharedPart: { ...SMALL, strategy: "blueGreen", start: "blue", shared: "replaced" },
  gatewayCounts: { ...SMALL, strategy: "canary", weights: [50], gatewayCounts: true },
  finish: { ...SMALL, strategy: "direct", start: "blue", onNewer: "finish", idleSlot: "Destroy" },
  delete: { ...SMALL, strategy: "direct", start: "blue", deletionPolicy: "Delete" },
} as const satisfies Readonly<Record<string, Scenario>>;

export type WorldName = keyof typeof WORLDS;
export const WORLD_NAMES = Object.keys(WORLDS) as readonly WorldName[];
