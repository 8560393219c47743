import { milliseconds, readDuration, renderDuration } from "../../../base/duration.ts";
import { plus, readInstant, renderInstant } from "../../../base/instant.ts";
import type { TrafficObservation } from "../../traffic/observation.ts";
import { finish, pushBack, readyEndpoints, touchBack, wayBack } from "../ending.ts";
import { entriesOf } from "../entries.ts";
import { isMadeAgain } from "../entry-gone.ts";
import { isSlot } from "../names.ts";
import { isReverting } from "../phases.ts";
import { elapsed, liveBefore, move, type Run, reached, say } from "../run.ts";
import { allTo, says } from "../splits.ts";
import { backVerification, startVerification, undecidedOf, verdictOf } from "../verification.ts";
import type { Rule } from "./rule.ts";

/** Between looks at a live side that is not well, the pause doubles so many times. */
const MOST_DOUBLINGS = 5;

/** Carries a revert through: traffic back, in force, the live side shown to be well. Nothing else matters then. */
export const reverting: Rule = {
  name: "Reverting",
  apply(run) {
    const { ending } = run.status;
    if (!isReverting(run.status.phase) || ending === undefined) return false;
    const side = wayBack(run);
    pushBack(run, side);
    if (side !== ending.backTo) {
      // The other side has to come into force anew.
      const { inForceAt: _, ...rest } = ending;
      run.status = { ...run.status, ending: { ...rest, backTo: side } };
    }
    if (!backInForce(run)) {
      const problem = run.observed.traffic.find((t) => !t.accepted)?.problem;
      const why = problem === undefined ? "" : `: ${problem}`;
      fail(run, "TrafficNotBack", `the gateway has not confirmed that all traffic is back on ${side}${why}`);
      return true;
    }
    if (side !== liveBefore(run) || (side !== "none" && readyEndpoints(run, side) === 0)) {
      fail(
        run,
        "OldSideDown",
        `the old side ${liveBefore(run)} has no ready endpoints; traffic is on ${side}`,
      );
      return true;
    }
    if (liveIsWell(run)) complete(run);
    return true;
  },
};

/** All traffic objects say so, accepted by their gateways, for the settle time. */
function backInForce(run: Run): boolean {
  const ending = run.status.ending;
  if (ending === undefined) return false;
  if (ending.inForceAt !== undefined) return reached(run, readInstant(ending.inForceAt) ?? run.now);
  const split = allTo(run.frozen, ending.backTo);
  // One that somebody deleted and nobody makes again carries no traffic that could be anywhere else.
  const isBack = (t: TrafficObservation): boolean =>
    t.exists ? says(t, split) && t.accepted : !isMadeAgain(run, t);
  const routes = run.observed.traffic.every(isBack);
  const entry =
    !isSlot(ending.backTo) ||
    entriesOf(run.observed, run.frozen).every(({ exists, slot }) => !exists || slot === ending.backTo);
  if (!routes || !entry) {
    touchBack(run, ending);
    sayUnlessFailed(run, `taking traffic back to ${ending.backTo}: ${ending.message}`);
    return false;
  }
  const settled = plus(run.now, readDuration(run.frozen.timing.settle));
  run.status = { ...run.status, ending: { ...ending, inForceAt: renderInstant(settled) } };
  return reached(run, settled);
}

/** The functional checks that the live side passed when the release started pass again. */
function liveIsWell(run: Run): boolean {
  const ending = run.status.ending;
  const checks = (run.status.liveChecks ?? []).flatMap(
    (name) => run.frozen.checks?.filter((c) => c.name === name) ?? [],
  );
  if (ending === undefined || checks.length === 0 || liveBefore(run) === "none") return true;
  const name = ending.verification ?? backVerification(run, 1);
  startVerification(run, {
    name,
    side: ending.backTo === "none" ? run.frozen.slot : ending.backTo,
    moment: "beforeTraffic",
    step: "back",
    checks,
    ...(ending.inForceAt === undefined ? {} : { from: ending.inForceAt }),
  });
  const start = readInstant(ending.inForceAt ?? "") ?? run.now;
  const outcome = verdictOf(run, name, checks, { start });
  if (outcome.state === "passed") return true;
  if (outcome.firstFailure !== undefined) {
    const { name: check, message } = outcome.firstFailure;
    const text = `the live side fails ${check}, which it passed before the release: ${message}`;
    fail(run, "LiveSideUnwell", text, true);
    lookAgain(run, name);
  } else {
    const undecided = undecidedOf(run, name, outcome);
    fail(run, "LiveSideUnproven", `the live side is not yet shown to be well: ${undecided}`);
    lookAgain(run, name);
  }
  sayUnlessFailed(run, `traffic is back on ${ending.backTo}; checking that it is well`);
  return false;
}

/** A failed revert is tried again: once the checks have concluded without success, new ones follow after a while. */
function lookAgain(run: Run, name: string): void {
  const { ending } = run.status;
  const seen = run.observed.verifications[name];
  if (ending === undefined || seen === undefined) return;
  const open = seen.results.filter((r) => r.verdict !== "passed");
  const concluded = seen.ended || open.some((r) => r.verdict !== "pending" && r.finishedAt !== undefined);
  if (!concluded) return;
  const last = open.reduce(
    (latest, r) => (r.finishedAt !== undefined && r.finishedAt > latest ? r.finishedAt : latest),
    ending.inForceAt ?? ending.since,
  );
  const attempt = Number(/-back-(\d+)$/.exec(name)?.[1] ?? "1") + 1;
  const pause = readDuration(run.frozen.timing.inForce) * 2 ** Math.min(attempt - 2, MOST_DOUBLINGS);
  if (!elapsed(run, last, renderDuration(milliseconds(pause)))) return;
  run.status = { ...run.status, ending: { ...ending, verification: backVerification(run, attempt) } };
}

/** Why a revert failed stays readable while it is tried again. */
function sayUnlessFailed(run: Run, message: string): void {
  if (run.status.phase !== "RevertFailed") say(run, message);
}

/** Says loudly that the revert is not through, at once or after the deadline; it goes on being tried. */
function fail(run: Run, reason: string, message: string, atOnce = false): void {
  if (run.status.phase === "RevertFailed") return;
  const since = run.status.ending?.since;
  if (!atOnce && !elapsed(run, since, run.frozen.timing.inForce)) return;
  move(run, { phase: "RevertFailed", reason, message, type: "Warning" });
}

function complete(run: Run): void {
  const ending = run.status.ending;
  if (ending === undefined) return;
  finish(run, {
    outcome: ending.outcome,
    reason: ending.reason,
    message: ending.message,
    ...(ending.by === undefined ? {} : { by: ending.by }),
  });
}
