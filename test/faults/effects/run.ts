/** One run of a scenario, undisturbed or with kills, from its beginning to rest. */
import { setTimeout as sleep } from "node:timers/promises";
import { minutes } from "../../../src/base/duration.ts";
import type { Instant } from "../../../src/base/instant.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { KIND } from "../../lab/kinds.ts";
import { clockNow } from "../../lab/load/load.ts";
import { enginesOverlapping } from "../../lab/observer/engines.ts";
import { lawsBroken, renderBreach } from "../../lab/observer/laws.ts";
import { acceptedSince, auditEnd, lateWrites } from "../../lab/observer/writers.ts";
import { SHOP } from "../../lab/shop.ts";
import { rename } from "../support/killer.ts";
import { type Effect, type Entry, keyOf, type Moment, type Order } from "../support/order.ts";
import { type Evidence, evidenceOf, type Ran } from "./evidence.ts";
import { inventoryOf, preparedName } from "./inventory.ts";
import { Revival } from "./revival.ts";
import type { Driven, Role } from "./scenario.ts";
import { ADOPTED } from "./scenarios.ts";
import type { Town } from "./town.ts";

export interface Disturbance {
  /** A kill at one effect, which must come to pass. */
  readonly at?: Effect & { readonly moment: Moment };
  /** A kill at each effect but the spared ones, once; the seed chooses the moments. */
  readonly each?: { readonly seed: string; readonly spared: readonly string[] };
  /** What must be there at the end; awaited, for it may take its time. */
  readonly end?: readonly string[];
}

export interface Outcome {
  readonly evidence: Evidence;
  /** Every effect that was begun or that the controller died of, each once. */
  readonly effects: readonly Effect[];
  readonly kills: readonly (Effect & { readonly moment: Moment })[];
  /** Laws that were broken, requests that were lost. */
  readonly breaches: readonly string[];
}

/** For each wait; with a kill at every effect most of it is the loading and starting of controllers. */
const PATIENCE = minutes(10);
/** Far more than there are effects. */
const MOST_DEATHS = 150;
const numbers = new WeakMap<Town, number>();

export async function runScenario(town: Town, disturbance: Disturbance = {}): Promise<Outcome> {
  const { lane, scenario } = town;
  const number = (numbers.get(town) ?? 0) + 1;
  numbers.set(town, number);
  await lane.whenQuiet();
  const names = { candidate: `candidate-${number}`, newer: `newer-${number}` };
  const aliases = await aliasesOf(town, number, names);
  if (hasTraffic(town)) await whenServed(town);
  const from = clockNow();
  const audit = auditEnd(lane.cluster.auditLog);
  const { at, each } = disturbance;
  const order: readonly Order[] = at ? [{ ...at, about: `^${literally(at.about)}$` }] : [];
  lane.orders.give(order, { aliases, ...(each && { each: { ...each, since: from } }) });
  const revival = new Revival(lane, MOST_DEATHS);
  revival.start();
  town.engines.start();
  const say = (name: string): string => rename(name, aliases);
  const ran: Ran = { town, from, names, say };
  let end: readonly string[];
  try {
    await Promise.race([scenario.drive(drivenOf(town, number, names)), revival.failed]);
    end = await whenEnded(ran, disturbance);
  } finally {
    lane.orders.give([], { aliases });
    await revival.stop();
    town.engines.stop();
  }
  const roles = Object.keys(scenario.ends) as Role[];
  const evidence = await evidenceOf(ran, roles, end);
  const entries = lane.orders.entries(from);
  return { evidence, effects: effectsIn(entries), kills: killsIn(entries), breaches: breachesOf(ran, audit) };
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Words of the record: the slot that the run's release goes to, and its releases by their roles. */
async function aliasesOf(
  town: Town,
  number: number,
  names: Readonly<Record<Role, string>>,
): Promise<Readonly<Record<string, string>>> {
  const live = (await town.plan())?.status?.liveSlot ?? "none";
  const candidate = live === "blue" ? "green" : "blue";
  const former = candidate === "blue" ? "green" : "blue";
  const earlier = Array.from({ length: number - 1 }, (_, i) => [`candidate-${i + 1}`, `newer-${i + 1}`]);
  const prepared = town.scenario.prepared.map((_, i) => preparedName(i));
  return {
    ...Object.fromEntries([...earlier.flat(), ...prepared].map((name) => [name, "earlier"])),
    ...{ [candidate]: "candidate", [former]: "former" },
    ...{ [names.candidate]: "candidate", [names.newer]: "newer" },
  };
}

function drivenOf(town: Town, number: number, names: Readonly<Record<Role, string>>): Driven {
  const { lane, namespace, releases } = town;
  return {
    ...{ town, number },
    name: (role) => names[role],
    async release(role, version, values) {
      await lane.objects.create({
        apiVersion: "bascule.dev/v1alpha1",
        kind: "Release",
        metadata: { name: names[role], namespace },
        spec: {
          planRef: { name: SHOP },
          package: { version, image: `localhost/shop:${version}`, ...(values && { values }) },
        },
      });
    },
    async held(role) {
      const held = (status: { readonly hold?: { readonly reason: string } }): boolean =>
        status?.hold?.reason === "ManualHold";
      await releases.when(names[role], "is held for a person", held, PATIENCE);
    },
  };
}

/** Waits for the releases' ends and for rest. @returns what is there then */
async function whenEnded(ran: Ran, { end: expected, at }: Disturbance): Promise<readonly string[]> {
  const { town, names } = ran;
  const { scenario, lane, namespace, releases } = town;
  for (const [role, end] of Object.entries(scenario.ends)) {
    const name = names[role as Role];
    if (end !== "gone") {
      await releases.whenPhase(name, end, PATIENCE);
      continue;
    }
    const gone = async (): Promise<boolean> =>
      (await lane.objects.find(KIND.release, { name, namespace })) === undefined;
    const explain = (): string => lane.controller.logTail();
    await waitUntil(`release ${name} is gone`, gone, { deadline: PATIENCE, explain });
  }
  const settled = async (): Promise<boolean> => scenario.settled === undefined || scenario.settled(town);
  const rest = async (): Promise<readonly string[]> => {
    const explain = (): string => lane.controller.logTail();
    await waitUntil(`${scenario.name} has settled`, settled, { deadline: PATIENCE, explain });
    await town.whenAtRest();
    await lane.whenQuiet();
    return inventoryOf(town, ran.say);
  };
  let end = await rest();
  // Things may go away at their own pace; what is different then stays so.
  const until = clockNow() + minutes(at === undefined ? 1 : 0.5);
  while (expected !== undefined && end.join() !== expected.join() && clockNow() < until) {
    await sleep(500);
    end = await rest();
  }
  return end;
}

const hasTraffic = ({ scenario }: Town): boolean => scenario.byHand === true || scenario.prepared.length > 0;

async function whenServed(town: Town): Promise<void> {
  const from = clockNow();
  const answered = (): boolean => {
    const { lost, requests } = town.load().answers.figures({ from: (clockNow() - 500) as Instant });
    return lost === 0 && requests >= 5;
  };
  town.load();
  const explain = (): string => JSON.stringify(town.load().answers.figures({ from }));
  await waitUntil(`${town.scenario.name} is served`, answered, { deadline: minutes(1), explain });
}

function breachesOf({ town, from }: Ran, audit: number): readonly string[] {
  const { scenario, lane, observer, engines } = town;
  const sides = { plan: SHOP, adopted: scenario.byHand ? ADOPTED : "none" };
  const laws = lawsBroken(observer.log(), sides, clockNow()).filter(({ at }) => at >= from);
  const { causes } = hasTraffic(town)
    ? town.load().answers.figures({ from }, scenario.faulty)
    : { causes: {} };
  return [
    ...laws.map(renderBreach),
    ...Object.entries(causes).map(([cause, n]) => `requests lost: ${n} (${cause})`),
    ...enginesOverlapping(engines.log(from)),
    ...lateWrites(acceptedSince(lane.cluster.auditLog, audit)),
  ];
}

function effectsIn(entries: readonly Entry[]): readonly Effect[] {
  const seen = new Map<string, Effect>();
  for (const { event, kind, about } of entries)
    if (event !== "done") seen.set(keyOf({ kind, about }), { kind, about });
  return [...seen.values()];
}

const killsIn = (entries: readonly Entry[]): Outcome["kills"] =>
  entries.flatMap(({ event, kind, about, moment }) =>
    event === "killed" && moment !== undefined ? [{ kind, about, moment }] : [],
  );
