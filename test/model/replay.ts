/** A path through a world, told state by state. */
import type { Release } from "../../src/api/release.ts";
import { decide } from "../../src/core/plan/decide.ts";
import type { Decision } from "../../src/core/plan/decision.ts";
import { SimWorld } from "../property/world/begin.ts";
import { PLAN } from "../property/world/cluster.ts";
import { endOf, judgeEnd, remedyFor } from "../property/world/judge-end.ts";
import { GO, type Move, makeMove, REMEDY } from "./moves.ts";
import { WORLDS, type WorldName } from "./worlds.ts";

export interface Replay {
  readonly lines: readonly string[];
  /** The law that the path breaks. */
  readonly broken?: string;
}

/** Steps without progress after which a replay that is to go on to the world's rest gives up. */
const MOST_STEPS = 1_000;

/**
 * Makes the moves and tells what they come to: what happened, what was decided, and the state. With `toRest` the world
 * goes on by itself afterwards, as it does when nothing goes wrong any more.
 */
export async function replay(
  name: WorldName,
  path: readonly Move[],
  options: { readonly toRest?: boolean; readonly decides?: typeof decide } = {},
): Promise<Replay> {
  const lines: string[] = [];
  const { decides = decide } = options;
  const world = new SimWorld(WORLDS[name], {
    pureEvery: Number.POSITIVE_INFINITY,
    decides: (observed, now) => {
      const decision = decides(observed, now);
      world.sim.tell(`decides: ${renderDecision(decision)}`);
      return decision;
    },
  });
  try {
    await world.begin();
    for (const move of path) await tellMove(world, move, lines);
    for (let n = 0; options.toRest === true && !world.sim.isIdle && n < MOST_STEPS; n++)
      await tellMove(world, GO, lines);
    world.court.demand(
      options.toRest !== true || world.sim.isIdle,
      "end",
      () => `the world does not come to rest in ${MOST_STEPS} steps`,
    );
    if (world.sim.isIdle) judgeEnd(endOf(world, []), world.court);
    return { lines };
  } catch (error) {
    const broken = error instanceof Error ? error.message : String(error);
    return { lines: [...lines, ...indented(world.sim.timeline), `broken: ${broken}`], broken };
  }
}

async function tellMove(world: SimWorld, move: Move, lines: string[]): Promise<void> {
  const { sim, court } = world;
  lines.push(`-- ${move}`);
  sim.timeline.length = 0;
  await makeMove(world, move, move === REMEDY ? remedyFor(court) : undefined);
  lines.push(...indented(sim.timeline), `   ${renderState(world)}`);
  sim.timeline.length = 0;
}

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `   ${line}`);

/** Which rules spoke, and what is to be done. */
function renderDecision({ trace, first, intents }: Decision): string {
  const rules = trace.map((t) => `${t.rule}: ${t.said}`).join("; ");
  const acts = [...first, ...intents].map((i) => i.key).join(", ");
  return `${rules === "" ? "no rule speaks" : rules}${acts === "" ? "" : ` => ${acts}`}`;
}

/** The state in one line. */
function renderState({ cluster, court, sim }: SimWorld): string {
  const { liveSlot = "none", activeRelease = "none" } = court.plan()?.status ?? {};
  const releases = cluster.store.list("releases").map((object) => {
    const { metadata, status } = object as unknown as Release;
    const { phase = "new", step, position, hold } = status ?? {};
    const where = position === undefined ? "" : `/${step}/${position.stage}`;
    return `${metadata.name} ${phase}${where}${hold === undefined ? "" : ` held by ${hold.reason}`}`;
  });
  const shares = cluster.routeNames().map((name) => `${name} ${JSON.stringify(cluster.shares(name))}`);
  const slots = (["blue", "green"] as const).map(
    (slot) => `${slot} ${cluster.slots.ready(slot)}/${cluster.slots.desired(slot)}`,
  );
  const entry = cluster.entrySlot(PLAN);
  return [
    `= ${(sim.age / 1_000).toFixed(1)}s live ${liveSlot}, active ${activeRelease}`,
    ...releases,
    ...shares,
    ...slots,
    ...(entry === undefined ? [] : [`entry ${entry}`]),
  ].join(" | ");
}
