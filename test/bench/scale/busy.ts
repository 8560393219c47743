import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { minutes, seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import type { ControllerProcess } from "../../lab/controller.ts";
import { type AnyObject, KIND } from "../../lab/kinds.ts";
import type { Objects } from "../../lab/objects.ts";
import { type Figures, mebibytes, quantileBetween, readFigures } from "../support/process-figures.ts";
import { coreShare, round } from "./idle.ts";
import { FIRST_STEP, LAST_STEP, planName, releaseOf, STEPS } from "./original.ts";

/** A span of a run. */
export interface Span {
  readonly seconds: number;
  readonly coreShare: number;
  readonly looksPerSecond: number;
  readonly passesPerSecond: number;
  /** Upper bounds of the 99th percentiles in milliseconds: the plan's wait for its pass, the same after a verdict, the look's for its turn, the pass itself. */
  readonly p99PassWaitMs: number;
  readonly p99VerdictWaitMs: number;
  readonly p99LookWaitMs: number;
  readonly p99PassMs: number;
  readonly p99RequestMs: number;
  /** Longest delay of the event loop that Node.js tells of, and its 99th percentile. */
  readonly eventLoopP99Ms: number;
  readonly requestsPerSecond: number;
  readonly writes: number;
}

export interface BusyFigures {
  readonly releases: number;
  readonly readySeconds: number;
  readonly memoryMiB: number;
  /** All are judged at their step each second, and nobody goes on. */
  readonly held: Span;
  /** They were promoted one after another within `SPREAD`, and go through their steps. */
  readonly moving: Span;
  /** All are promoted at the same moment, until each has left its step: what the API server can take sets the pace. */
  readonly burst: Span;
  readonly stepsTaken: number;
  readonly writesPerStep: number;
  readonly writesByMethod: Readonly<Record<string, number>>;
}

const REQUESTS = "bascule_kube_request_seconds_count";
/** In so many milliseconds all are promoted, evenly: nobody's releases go on in the same one. */
const SPREAD = 60_000;
const WRITES = /method="(?:POST|PUT|PATCH|DELETE)"/;

/** Measures `releases` that are on their way, of which each is at its first step, with the controller on one core. */
export async function measureBusy(
  objects: Objects,
  namespace: string,
  controller: ControllerProcess,
  releases: number,
  rest: number,
  note: (text: string) => void,
): Promise<BusyFigures> {
  const started = performance.now();
  await controller.start(minutes(10));
  const readySeconds = round((performance.now() - started) / 1_000);
  pinToOneCore(controller);
  const names = Array.from({ length: releases }, (_, i) => releaseOf(planName(i + 1), 3));
  await whenAll(objects, namespace, names, judgedGood(FIRST_STEP));
  await sleep(10_000);
  const before = await readFigures(controller);
  await sleep(rest * 1_000);
  const between = await readFigures(controller);
  note(JSON.stringify(spanOf(before, between)));
  const by = await objects.whoAmI();
  const promote = async (name: string, step: string): Promise<void> => {
    const control = { promote: { step, by, reason: "the bench goes on" } };
    await objects.patch(KIND.release, { name, namespace }, { spec: { control } });
  };
  for (const name of names) {
    await promote(name, FIRST_STEP);
    await sleep(SPREAD / releases);
  }
  await whenAll(objects, namespace, names, judgedGood(LAST_STEP));
  const after = await readFigures(controller);
  note(JSON.stringify(spanOf(between, after)));
  await Promise.all(names.map((name) => promote(name, LAST_STEP)));
  await whenAll(objects, namespace, names, (status) => status?.step !== LAST_STEP);
  const atTheEnd = await readFigures(controller);
  const stepsTaken = releases * (STEPS + 1);
  const writes = writesBetween(between, after);
  return {
    releases,
    readySeconds,
    memoryMiB: mebibytes(after.sum("process_resident_memory_bytes")),
    held: spanOf(before, between),
    moving: spanOf(between, after),
    burst: spanOf(after, atTheEnd),
    stepsTaken,
    writesPerStep: round(writes / stepsTaken),
    writesByMethod: Object.fromEntries(
      ["POST", "PUT", "PATCH", "DELETE"].map((method) => [
        method,
        writesBetween(between, after, new RegExp(`method="${method}"`)),
      ]),
    ),
  };
}

/** The design promises its figures on one core; threads of the garbage collector share it. */
function pinToOneCore(controller: ControllerProcess): void {
  const { pid } = controller.identity ?? {};
  const { status, stderr } = spawnSync("taskset", ["-acp", "1", String(pid)], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the controller could not be kept to one core: ${stderr}`);
}

type Status = AnyObject["status"];

/** It is judged at a step and the judgement is good. */
const judgedGood =
  (step: string) =>
  (status: Status): boolean =>
    status?.step === step && status.verdict === "passed";

/** Waits until it is so with every release. */
async function whenAll(
  objects: Objects,
  namespace: string,
  names: readonly string[],
  isSo: (status: Status) => boolean,
): Promise<void> {
  let last: readonly AnyObject[] = [];
  const there = async (): Promise<boolean> => {
    last = (await objects.list(KIND.release, namespace)).filter(
      ({ metadata, status }) => names.includes(metadata.name) && !isSo(status),
    );
    return last.length === 0;
  };
  const explain = (): string =>
    last.map(({ metadata, status }) => `${metadata.name}: ${tell(status)}`).join("\n");
  const wait = { deadline: minutes(20), every: seconds(5), explain };
  await waitUntil(`${names.length} releases have come so far`, there, wait);
}

const tell = ({ phase, step, position, verdict, message }: AnyObject["status"]): string =>
  JSON.stringify({ phase, step, stage: position?.stage, verdict, message });

const writesBetween = (before: Figures, after: Figures, what = WRITES): number =>
  after.sum(REQUESTS, what) - before.sum(REQUESTS, what);

function spanOf(before: Figures, after: Figures): Span {
  const took = (after.at - before.at) / 1_000;
  const rate = (name: string): number => round((after.sum(name) - before.sum(name)) / took);
  const p99 = (name: string, labels?: RegExp): number =>
    round(1_000 * quantileBetween(before, after, name, 0.99, labels));
  return {
    seconds: round(took),
    coreShare: coreShare(before, after),
    looksPerSecond: rate("bascule_look_wait_seconds_count"),
    passesPerSecond: rate("bascule_pass_seconds_count"),
    p99PassWaitMs: p99("bascule_queue_wait_seconds"),
    p99VerdictWaitMs: p99("bascule_queue_wait_seconds", /urgency="urgent"/),
    p99LookWaitMs: p99("bascule_look_wait_seconds"),
    p99PassMs: p99("bascule_pass_seconds"),
    p99RequestMs: p99("bascule_kube_request_seconds"),
    eventLoopP99Ms: round(1_000 * after.sum("nodejs_eventloop_lag_p99_seconds")),
    requestsPerSecond: rate(REQUESTS),
    writes: writesBetween(before, after),
  };
}
