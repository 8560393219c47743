import type { TrafficTarget } from "../../api/frozen.ts";
import type { TrafficObservation, TrafficWrite } from "../traffic/observation.ts";
import type { Split } from "../traffic/sides.ts";
import { backendsOf } from "./names.ts";
import { namespaceOf, planName, type Run, runId } from "./run.ts";

/** The write of a split to one of the release's traffic objects; `touch` makes its gateway look again. */
export const trafficWrite = (
  run: Run,
  target: TrafficTarget,
  split: Split,
  touch: string | undefined,
): TrafficWrite => ({
  namespace: namespaceOf(run),
  target,
  split,
  backends: backendsOf(planName(run), run.frozen),
  run: runId(run),
  ...(touch === undefined ? {} : { touch }),
});

/** An observed traffic object among the known ones; undefined for one that is not of them. */
export const targetIn = (
  known: readonly TrafficTarget[],
  { target }: TrafficObservation,
): TrafficTarget | undefined => known.find((t) => t.name === target.name && t.kind === target.kind);
