import { expect } from "vitest";
import { minutes } from "../../../src/base/duration.ts";
import type { Instant } from "../../../src/base/instant.ts";
import type { Breach } from "../../lab/observer/laws.ts";
import { acceptedSince, auditEnd, lateWrites } from "../../lab/observer/writers.ts";
import { type Bench, mark } from "./bench.ts";
import { type Evidence, evidenceOf, expectLawsKept, expectNoneLost } from "./evidence.ts";
import type { Order } from "./order.ts";

export interface RunOptions {
  readonly version: string;
  /** Phase in which the release is to end, or those of which one is right. */
  readonly phase: string | readonly string[];
  /** Kills on the way, one after the other. */
  readonly orders?: readonly Order[];
  /** Done to the world while the release runs; the release's end is awaited after it. */
  readonly meanwhile?: (name: string) => Promise<void>;
  /** The version fails requests of its own accord. */
  readonly faulty?: boolean;
  /**
   * The API server goes away on the way. The observer's watches then come back one after the other, so that the order
   * of what it saw says nothing about the laws of traffic, and these are not judged.
   */
  readonly cutsObserverOff?: boolean;
  /** What the fault does to requests by itself: lost ones are not held against the controller. */
  readonly losesRequests?: boolean;
  /** What the fault itself breaks, such as the live side's pods when the test deletes them. */
  readonly broken?: readonly Breach["law"][];
}

let count = 0;

/** New watches, which agree with each other again; what was seen before is kept. */
async function lookAnew({ observer }: Bench): Promise<void> {
  await observer.stop();
  await observer.start();
}

/** Runs one release from start to rest, kills included, and tells what it left. */
export async function runRelease(bench: Bench, options: RunOptions): Promise<Evidence> {
  const { version, phase, orders = [], meanwhile, faulty = false, cutsObserverOff = false } = options;
  const { losesRequests = false, broken = [] } = options;
  count += 1;
  const name = `run-${count}`;
  const from = mark();
  const audit = auditEnd(bench.cluster.auditLog);
  bench.orders.give(orders);
  await bench.release(name, version);
  for (const order of orders) await bench.afterDeath(order !== orders.at(-1));
  await meanwhile?.(name);
  await bench.releases.whenPhase(name, phase, minutes(3));
  await bench.whenAtRest();
  expect(killsSince(bench, from)).toEqual(orders.map(titleOf));
  if (!losesRequests) expectNoneLost(bench, from, faulty ? version : undefined);
  expect(lateWrites(acceptedSince(bench.cluster.auditLog, audit))).toEqual([]);
  if (cutsObserverOff) await lookAnew(bench);
  else expectLawsKept(bench, from, broken);
  return evidenceOf(bench, name, from);
}

/** A release of a good version, which is not the one that is live. */
export const good = async (bench: Bench) => ({ version: await bench.another(), phase: "Completed" }) as const;

/** What a run without faults leaves behind. The first release into a slot creates what later ones update. */
export async function runUndisturbed(bench: Bench): Promise<Evidence> {
  await runRelease(bench, await good(bench));
  const evidence = await runRelease(bench, await good(bench));
  expect(evidence).toMatchObject({ phase: "Completed", shares: [20, 100], changingOperations: 1 });
  return evidence;
}

/** Kills as the controller recorded them before it died. */
function killsSince(bench: Bench, from: Instant): readonly string[] {
  return bench.orders
    .entries(from)
    .filter(({ event }) => event === "killed")
    .map(({ kind, moment }) => `${moment} ${kind}`);
}

const titleOf = ({ kind, moment }: Order): string => `${moment} ${kind}`;

/** `before shift (:2000)`, for titles of tests. */
export const renderOrder = ({ kind, moment, about, nth }: Order): string =>
  [
    `${moment} ${kind}`,
    ...(about === undefined ? [] : [`(${about})`]),
    ...(nth === undefined ? [] : [`no. ${nth}`]),
  ].join(" ");

/** For what only the complete run does. */
export const IN_FULL = process.env.BASCULE_FAULTS === "all";
