/** What may happen next in a state: the world goes on, as it should or with one fault, or a person does something. */
import type { SimWorld } from "../property/world/begin.ts";
import { type Deed, FAULT_KINDS, type FaultKind } from "../property/world/scenario.ts";

const SECOND = 1_000;

/** Things that go wrong between two passes. */
const MISHAPS: Readonly<Record<string, Deed>> = {
  candidateBlinks: { kind: "podsDown", side: "candidate", forMs: 20 * SECOND },
  candidateDown: { kind: "podsDown", side: "candidate", forMs: 600 * SECOND },
  liveBlinks: { kind: "podsDown", side: "live", forMs: 20 * SECOND },
  liveDown: { kind: "podsDown", side: "live", forMs: 600 * SECOND },
  gatewayRejects: { kind: "rejectRoute", forMs: 60 * SECOND },
  gatewaySilent: { kind: "loseReports", count: 1 },
  routeTo0: { kind: "weights", candidate: 0 },
  routeTo1: { kind: "weights", candidate: 1 },
  routeTo100: { kind: "weights", candidate: 100 },
  backendRemoved: { kind: "removeBackend" },
  routeTouched: { kind: "touchRoute" },
  planEdited: { kind: "editPlan" },
  quiet: { kind: "quiet" },
  restart: { kind: "restart" },
};

const COMMANDS: Readonly<Record<string, Deed>> = Object.fromEntries(
  (
    [
      "abort",
      "revert",
      "pause",
      "unpause",
      "promote",
      "skip",
      "resume",
      "acceptLive",
      "newer",
      "deleteRelease",
      "deletePlan",
    ] as const
  ).map((kind) => [kind, { kind }]),
);

/** Caches that show the past for a while. */
const BLIND_OF = ["releases", "plans", "routes", "services", "slots", "verifications"] as const;
const BLIND_MS = 15 * SECOND;
const STACK_RESULTS = ["conflict", "timeout", "invalid", "halfDone"] as const;
const VERDICTS = ["failed", "inconclusive", "error", "silent"] as const;

/** One move by name; names make a path that can be typed. */
export type Move = string;
export const GO: Move = "go";
/** What a person does in the end who reads the conditions. It costs nothing: without it a failed revert has no end. */
export const REMEDY: Move = "remedy";

/** What went on in a step without faults, as far as a fault can meet it. */
export interface Doings {
  readonly requests: number;
  readonly stackEnded: boolean;
  readonly checkEnded: boolean;
}

export const commandMoves: readonly Move[] = Object.keys(COMMANDS);

/** Everything that can go wrong in a state whose next step would go like this. */
export function faultMoves(doings: Doings): readonly Move[] {
  const met = Array.from({ length: doings.requests }, (_, n) => n);
  return [
    ...Object.keys(MISHAPS),
    ...BLIND_OF.map((of) => `blind.${of}`),
    ...(doings.stackEnded ? STACK_RESULTS.map((r) => `go!stack.${r}`) : []),
    ...(doings.checkEnded ? VERDICTS.map((v) => `go!check.${v}`) : []),
    ...met.flatMap((n) => FAULT_KINDS.map((kind) => `go!${n}.${kind}`)),
  ];
}

export const costOf = (move: Move): "nothing" | "command" | "fault" => {
  if (move === GO || move === REMEDY) return "nothing";
  return move in COMMANDS ? "command" : "fault";
};

/** @throws RangeError when there is no such move */
export async function makeMove(world: SimWorld, move: Move, remedy?: Deed): Promise<Doings | undefined> {
  const { people, controller, cluster } = world;
  const [what, fault] = move.split("!");
  const deed = what === REMEDY ? remedy : (COMMANDS[move] ?? MISHAPS[move]);
  if (deed !== undefined) {
    people.do(deed);
    return undefined;
  }
  if (move.startsWith("blind.")) {
    blind(world, move.slice("blind.".length));
    return undefined;
  }
  if (what !== GO) throw new RangeError(`there is no move ${JSON.stringify(move)}`);
  const [place, kind] = (fault ?? ".").split(".") as [string, string];
  if (place === "stack") controller.results.forced = kind as (typeof STACK_RESULTS)[number];
  if (place === "check") cluster.forcedVerdict = kind as (typeof VERDICTS)[number];
  if (/^\d+$/.test(place)) controller.requests.arm(Number(place), kind as FaultKind);
  return step(world);
}

function blind({ cluster, sim }: SimWorld, of: string): void {
  const kind = BLIND_OF.find((known) => known === of);
  if (kind === undefined) throw new RangeError(`no cache of ${JSON.stringify(of)}`);
  sim.tell(`the cache of ${of} shows the past`);
  const fromMs = sim.age - (cluster.epoch ?? 0);
  cluster.blindness = [...cluster.blindness, { of: kind, fromMs, forMs: BLIND_MS }];
}

/** Lets things happen until the controller has passed once more, or nothing is left to happen. */
async function step({ sim, controller, cluster }: SimWorld): Promise<Doings> {
  const { results, requests } = controller;
  const [passes, sent] = [controller.passes, requests.count];
  const [ended, concluded] = [results.taken, cluster.concluded];
  while (controller.passes === passes && (await sim.runNext(Number.POSITIVE_INFINITY)));
  results.forced = undefined;
  cluster.forcedVerdict = undefined;
  return {
    requests: requests.count - sent,
    stackEnded: results.taken > ended,
    checkEnded: cluster.concluded > concluded,
  };
}
