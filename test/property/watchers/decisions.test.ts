import { beforeEach, describe, expect, it } from "vitest";
import type { CheckResult } from "../../../src/api/verification.ts";
import { decide } from "../../../src/core/plan/decide.ts";
import type { Decision } from "../../../src/core/plan/decision.ts";
import { appendJournal } from "../../../src/core/plan/journal.ts";
import type { Observed } from "../../../src/core/plan/observed.ts";
import { unknownIsNotGood } from "../world/laws/gate.ts";
import { type Court, LawBroken } from "../world/laws/law.ts";
import { decideIsPure, pausedIsPaused } from "../world/laws/pure.ts";
import { midway, RELEASE, releaseOf, statusOf } from "./midway.ts";

let court: Court;
let observed: Observed;
beforeEach(async () => {
  court = await midway();
  if (court.observed === undefined) throw new Error("nothing was observed");
  observed = court.observed;
});
const now = () => court.cluster.sim.now();

describe("the watcher of the gate sees", () => {
  const NAME = `${RELEASE}-weight-50`;
  /** Lets the step be passed with these results, and by somebody where a name is given. */
  const pass = (verdicts: readonly CheckResult["verdict"][], by?: string) => () => {
    const seen = observed.verifications[NAME];
    const [result] = seen?.results ?? [];
    if (seen === undefined || result === undefined) throw new Error(`${NAME} has no result`);
    const results = verdicts.map((verdict) => ({ ...result, verdict }));
    court.observed = {
      ...observed,
      verifications: { ...observed.verifications, [NAME]: { ...seen, results } },
    };
    const entry = { from: "Shifting/weight-50", to: "Shifting/weight-100", reason: "StepPassed" };
    const signed = by === undefined ? entry : { ...entry, by };
    unknownIsNotGood(court).onStatus?.("releases", RELEASE, appendJournal(statusOf(court), signed, now()));
  };

  it.each(["pending", "failed", "inconclusive", "error"] as const)(
    "a step that is passed on a check that is %s",
    (verdict) => {
      expect(pass([verdict])).toThrow("law 4: weight-50 passed with");
    },
  );

  it("a step that is passed without any result", () => {
    expect(pass([])).toThrow(LawBroken);
  });

  it("nothing wrong where the check passed, or where somebody stands for it", () => {
    expect(pass(["passed"])).not.toThrow();
    expect(pass(["inconclusive"], "ann")).not.toThrow();
  });
});

describe("the watcher of decide sees", () => {
  const watch = (faulty: typeof decide) => () => decideIsPure(court, faulty).onObserved?.(observed, now());
  const saying = (message: string, decision: Decision): Decision => ({
    ...decision,
    plan: { ...decision.plan, conditions: [], adoptedService: message },
  });

  it("nothing wrong with ours", () => {
    expect(watch(decide)).not.toThrow();
  });

  it("one whose answer depends on how often it was asked", () => {
    let asked = 0;
    expect(watch((o, t) => saying(`call ${++asked}`, decide(o, t)))).toThrow(
      "law 6: a JSON round trip changes the decision",
    );
  });

  it("one that changes what it observes", () => {
    const faulty: typeof decide = (o, t) => {
      (o.plan.metadata as { name: string }).name = "other";
      return decide(o, t);
    };
    expect(watch(faulty)).toThrow(TypeError);
  });

  it("one that wants to be woken at once", () => {
    expect(watch((o, t) => ({ ...decide(o, t), wakeAt: t }))).toThrow("is not after");
  });

  it("one that never comes to rest", () => {
    const faulty: typeof decide = (o, t) => saying(`${o.plan.status?.adoptedService}!`, decide(o, t));
    expect(watch(faulty)).toThrow("rest: no rest after 12 rounds");
  });

  it("one that tells the same again at rest", () => {
    const fact = {
      about: { kind: "Release", name: RELEASE },
      type: "Normal",
      reason: "Again",
      message: "",
    } as const;
    expect(watch((o, t) => ({ ...decide(o, t), facts: [fact] }))).toThrow(
      "rest: at rest it still tells Again",
    );
  });

  it("a controller that carries out something else", () => {
    const law = decideIsPure(court);
    law.onObserved?.(observed, now());
    const decision = decide(observed, now());
    expect(() => law.onDecided?.(decision, now())).not.toThrow();
    const other: Decision = { ...decision, intents: [{ kind: "cancelStack", key: "k" }] };
    expect(() => law.onDecided?.(other, now())).toThrow("law 6: the same observation gave another decision");
  });
});

describe("the watcher of pauses sees", () => {
  const paused = (state: boolean): Observed => ({
    ...observed,
    releases: observed.releases.map((r) => ({
      ...r,
      spec: { ...r.spec, control: { pause: { by: "ann", reason: "because", state } } },
    })),
  });
  const act = (seen: Observed, owner: string | undefined) => () => {
    court.observed = seen;
    const key = `${owner}/scale/weight-50`;
    const intents: Decision["intents"] = [{ kind: "scale", key, slot: "blue", workloads: [] }];
    pausedIsPaused(court).onDecided?.({ ...decide(seen, now()), intents }, now());
  };

  it("an act of the release that is paused, and only of that", () => {
    const { uid } = releaseOf(court).metadata;
    expect(act(paused(true), uid)).toThrow(`paused: while paused: ${uid}/scale/weight-50`);
    expect(act(paused(false), uid)).not.toThrow();
    expect(act(paused(true), "uid-of-another")).not.toThrow();
  });
});
