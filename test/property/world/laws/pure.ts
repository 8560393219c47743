import type { Instant } from "../../../../src/base/instant.ts";
import { canonicalJson, sameJson } from "../../../../src/base/json.ts";
import { decide } from "../../../../src/core/plan/decide.ts";
import type { Decision } from "../../../../src/core/plan/decision.ts";
import type { Observed } from "../../../../src/core/plan/observed.ts";
import { deepFreeze } from "../store.ts";
import { type Court, isTakingBack, type Law } from "./law.ts";

/** A status that is fed back with the same observation must come to rest within so many rounds. */
const MOST_ROUNDS = 12;
/** The costliest part: each third observation stands for the others. */
const REST_EVERY = 3;

/** The observation as it would be if the statuses had been stored and nothing else had happened. */
export function fedBack(observed: Observed, decision: Decision): Observed {
  return {
    ...observed,
    plan: { ...observed.plan, status: decision.plan },
    releases: observed.releases.map((r) => {
      const status = decision.releases[r.metadata.name];
      return status === undefined ? r : { ...r, status };
    }),
  };
}

const rest = ({ plan, releases }: Decision): string => canonicalJson({ plan, releases });

/**
 * Law 6: the same observation and time give the same decision, and its statuses come to rest. Another `decides` is
 * for the test of this watcher.
 */
export function decideIsPure(court: Court, decides: typeof decide = decide, pureEvery = 1): Law {
  let count = 0;
  let rounds = 0;
  let expected: { readonly decision: Decision; readonly now: Instant } | undefined;
  const wakesLater = ({ wakeAt }: Decision, now: Instant): void =>
    court.demand(wakeAt === undefined || wakeAt > now, "law 6", () => `wakeAt ${wakeAt} is not after ${now}`);
  const check = (observed: Observed, now: Instant): void => {
    expected = undefined;
    if (count++ % pureEvery !== 0) return;
    deepFreeze(observed);
    const decision = decides(observed, now);
    expected = { decision, now };
    const copied = decides(JSON.parse(JSON.stringify(observed)) as Observed, now);
    court.demand(sameJson(decision, copied), "law 6", () => "a JSON round trip changes the decision");
    wakesLater(decision, now);
    if (rounds++ % REST_EVERY !== 0) return;
    let before = decision;
    let view = observed;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      view = fedBack(view, before);
      const next = decides(view, now);
      if (rest(next) === rest(before)) {
        const facts = next.facts.map((f) => f.reason);
        court.demand(facts.length === 0, "rest", () => `at rest it still tells ${facts.join(", ")}`);
        return;
      }
      before = next;
    }
    court.demand(false, "rest", () => `no rest after ${MOST_ROUNDS} rounds: ${before.trace.at(-1)?.said}`);
  };
  return {
    onObserved: check,
    onDecided(decision, now) {
      wakesLater(decision, now);
      if (expected === undefined || expected.now !== now) return;
      const same = sameJson(decision, expected.decision);
      court.demand(same, "law 6", () => "the same observation gave another decision");
    },
  };
}

const MAY_WHILE_PAUSED = new Set([
  "verify",
  "endVerification",
  "endChecks",
  "cancelStack",
  "addFinalizer",
  "removeFinalizer",
  "createRelease",
  "deleteRelease",
  "storeSegment",
]);

/** While it is paused, a release does nothing but revert. */
export function pausedIsPaused(court: Court): Law {
  return {
    onDecided(decision) {
      const { observed } = court;
      const active = observed?.releases.find((r) => r.metadata.name === observed.plan.status?.activeRelease);
      const phase = active?.status?.phase;
      if (active?.spec.control?.pause?.state !== true || isTakingBack(phase)) return;
      if (phase !== "Preparing" && phase !== "Shifting" && phase !== "Observing") return;
      if (active.status?.frozen === undefined) return;
      // Another release may be previewed meanwhile.
      const own = decision.intents.filter((i) => i.key.startsWith(`${active.metadata.uid}/`));
      const acts = own.filter((i) => !MAY_WHILE_PAUSED.has(i.kind));
      court.demand(acts.length === 0, "paused", () => `while paused: ${acts.map((i) => i.key).join(", ")}`);
    },
  };
}
