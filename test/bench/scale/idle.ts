import { setTimeout as sleep } from "node:timers/promises";
import { minutes, seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import type { ControllerProcess } from "../../lab/controller.ts";
import { type Figures, mebibytes, readFigures } from "../support/process-figures.ts";

export interface IdleFigures {
  readonly plans: number;
  /** From the start of the process until /readyz says yes. */
  readonly readySeconds: number;
  /** From the start of the process until every plan was looked at and none is any more. */
  readonly restSeconds: number;
  /** Processor time until then, which says on a busy machine too how long it takes on an idle one. */
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
  /** JavaScript's own part of it after a collection, and the whole after it. */
  readonly heapMiB: number;
  readonly collectedMiB: number;
  /** Share of one core at rest. */
  readonly coreShare: number;
  readonly passesAtRest: number;
  readonly watches: number;
  /** Requests until rest, and what of them changes something. */
  readonly requests: number;
  readonly writes: number;
}

const WRITES = /method="(?:POST|PUT|PATCH|DELETE)"/;
const REQUESTS = "bascule_kube_request_seconds_count";
const PASSES = "bascule_pass_seconds_count";

/** Starts the controller, lets it come to rest, and measures it for `rest` seconds while nothing happens. */
export async function measureIdle(
  controller: ControllerProcess,
  plans: number,
  rest: number,
): Promise<IdleFigures> {
  const started = performance.now();
  const since = (): number => round((performance.now() - started) / 1_000);
  await controller.start(minutes(10));
  const readySeconds = since();
  let passes = -1;
  let restSeconds = 0;
  const quiet = async (): Promise<boolean> => {
    const before = passes;
    passes = (await readFigures(controller)).sum(PASSES);
    if (passes !== before) restSeconds = since();
    return passes === before && passes >= plans;
  };
  await waitUntil("no plan is looked at any more", quiet, { deadline: minutes(10), every: seconds(2) });
  const atRest = await readFigures(controller);
  // Time to give memory back, and then the same again to be measured.
  await sleep(rest * 1_000);
  const before = await readFigures(controller);
  await sleep(rest * 1_000);
  const after = await readFigures(controller);
  const collected = await collect(controller);
  return {
    plans,
    readySeconds,
    restSeconds,
    cpuSeconds: round(atRest.sum("process_cpu_seconds_total")),
    memoryMiB: mebibytes(after.sum("process_resident_memory_bytes")),
    heapMiB: mebibytes(collected.sum("nodejs_heap_size_used_bytes")),
    collectedMiB: mebibytes(collected.sum("process_resident_memory_bytes")),
    coreShare: coreShare(before, after),
    passesAtRest: after.sum(PASSES) - before.sum(PASSES),
    watches: after.series("bascule_watch_silence_seconds"),
    requests: atRest.sum(REQUESTS),
    writes: atRest.sum(REQUESTS, WRITES),
  };
}

/** Share of one core that was used between two moments. */
export const coreShare = (before: Figures, after: Figures): number => {
  const used = after.sum("process_cpu_seconds_total") - before.sum("process_cpu_seconds_total");
  return Number(((1_000 * used) / (after.at - before.at)).toFixed(4));
};

/** The figures after a collection of garbage, which the entry `collecting-controller` makes when it is asked to. */
export async function collect(controller: ControllerProcess): Promise<Figures> {
  const { pid } = controller.identity ?? {};
  if (pid !== undefined) process.kill(pid, "SIGUSR2");
  // The signal is heard between two turns of the event loop; the answer to a request comes after that.
  await readFigures(controller);
  await sleep(500);
  return readFigures(controller);
}

export const round = (n: number): number => Number(n.toFixed(1));
