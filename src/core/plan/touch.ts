import { milliseconds, readDuration, renderDuration } from "../../base/duration.ts";
import type { TrafficObservation } from "../traffic/observation.ts";
import { elapsed, type Run } from "./run.ts";

/**
 * Traffic objects that say what they should and whose gateway has not confirmed it after half of the time that it has:
 * its status write may have been lost, and not every gateway repeats it. Each is touched once under a mark (ADR 16).
 */
export function lateObjects(
  run: Run,
  since: string,
  mark: string,
  wanted: (seen: TrafficObservation) => boolean,
): readonly TrafficObservation[] {
  const late = run.observed.traffic.filter((t) => t.exists && !t.accepted && t.touched !== mark && wanted(t));
  const half = renderDuration(milliseconds(readDuration(run.frozen.timing.inForce) / 2));
  return late.length > 0 && elapsed(run, since, half) ? late : [];
}
