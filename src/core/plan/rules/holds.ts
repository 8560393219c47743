import { type Duration, milliseconds } from "../../../base/duration.ts";
import { between, type Instant, plus, renderInstant } from "../../../base/instant.ts";
import { beginEnding } from "../ending.ts";
import { isReverting } from "../phases.ts";
import { at, elapsed, note, positionOf, type Run, say } from "../run.ts";
import type { Rule } from "./rule.ts";

/** Holds the release where it is, with a reason and an id that `control.resume` names. */
export function holdRelease(run: Run, reason: string, message: string): void {
  const before = run.status.hold;
  if (before?.reason === reason) {
    run.status = { ...run.status, hold: { ...before, message } };
  } else {
    // The second makes it unlike any earlier hold of the same reason, so an old resume ends no new hold.
    const id = `${reason.toLowerCase()}-${Math.floor(run.now / 1_000).toString(36)}`;
    run.status = { ...run.status, hold: { id, reason, message, since: renderInstant(run.now) } };
    run.out.facts.push({
      about: { kind: "Release", name: run.release.metadata.name },
      type: "Warning",
      reason,
      message: `held: ${message}`,
    });
  }
  say(run, `held: ${message}`);
}

/** Ends a hold of this reason when it has gone. */
export function releaseHold(run: Run, reason: string): void {
  if (run.status.hold?.reason !== reason) return;
  const { hold: _, ...rest } = run.status;
  run.status = rest;
}

/** Marks that a person is awaited: deadlines stand still from here. */
export function awaitPerson(run: Run): void {
  if (positionOf(run).waitingSince === undefined) note(run, { waitingSince: renderInstant(run.now) });
}

/** The person has answered: the time that passed is not the step's. */
export function personAnswered(run: Run): void {
  const { waitingSince, ...position } = positionOf(run);
  if (waitingSince === undefined) return;
  const waited = Math.max(0, between(at(run, waitingSince), run.now));
  run.status = { ...run.status, position: { ...position, waitedMs: position.waitedMs + waited } };
}

/** Deadline of a span from `since` that stands still while a person is awaited; then there is none. */
export function movingDeadline(run: Run, since: Instant, span: Duration): Instant | undefined {
  const { waitedMs, waitingSince } = positionOf(run);
  return waitingSince === undefined ? plus(plus(since, span), milliseconds(waitedMs)) : undefined;
}

/** `pause`: go no further. Checks go on, and a failure still takes the release back. */
export const paused: Rule = {
  name: "Paused",
  apply(run) {
    if (isReverting(run.status.phase)) return false;
    const pause = run.release.spec.control?.pause;
    if (pause?.state !== true) {
      if (run.status.hold?.reason === "Paused") {
        releaseHold(run, "Paused");
        personAnswered(run);
      }
      return false;
    }
    holdRelease(run, "Paused", `paused by ${pause.by}: ${pause.reason}`);
    awaitPerson(run);
    endLongWait(run);
    return true;
  },
};

/** Takes the release back when a person has been awaited for longer than the plan allows. */
export function endLongWait(run: Run): void {
  const since = positionOf(run).waitingSince;
  if (since === undefined || !elapsed(run, since, run.frozen.timing.wait)) return;
  beginEnding(run, {
    outcome: "Reverted",
    reason: "WaitDeadline",
    message: `nobody answered within ${run.frozen.timing.wait}: ${run.status.hold?.message ?? "a person was awaited"}`,
  });
}
