import type { FrozenRelease } from "../../../../src/api/frozen.ts";
import { API_VERSION } from "../../../../src/api/object.ts";
import type { Phase, Release, ReleaseSpec, ReleaseStatus } from "../../../../src/api/release.ts";
import { instant } from "../../../../src/base/instant.ts";
import { appendJournal } from "../../../../src/core/plan/journal.ts";
import type { AnyObject } from "./memory-api.ts";

export const STARTED = "2026-05-01T10:00:00.000Z";
const at = (seconds: number) => instant(Date.parse(STARTED) + seconds * 1_000);

const step = (name: string, kind: FrozenRelease["steps"][number]["kind"], weight: string) =>
  ({
    name,
    kind,
    weight,
    checks: [],
    deadline: "15m",
    capacityFor: weight,
  }) as FrozenRelease["steps"][number];

/** The parts of a compiled release that commands look at. */
export const FROZEN = {
  format: 1,
  slot: "green",
  live: "blue",
  steps: [
    step("deploy", "deploy", "0%"),
    step("verify", "verify", "0%"),
    { ...step("weight-5", "traffic", "5%"), hold: "manual" },
    step("weight-100", "traffic", "100%"),
    step("observe", "observe", "100%"),
  ],
} as unknown as FrozenRelease;

/** A release as the API server holds it. */
export function aRelease(
  name: string,
  status?: Partial<ReleaseStatus>,
  control?: ReleaseSpec["control"],
): Release & AnyObject {
  return {
    apiVersion: API_VERSION,
    kind: "Release",
    metadata: { name, namespace: "ns", uid: `uid-of-${name}`, creationTimestamp: STARTED },
    spec: {
      planRef: { name: "shop" },
      package: { version: "1.4.0", image: "registry.example.com/shop:1.4.0" },
      ...(control === undefined ? {} : { control }),
    },
    ...(status === undefined ? {} : { status: { observedGeneration: 1, ...status } }),
  };
}

/** A release in a phase, at a step, with a journal as the controller writes it. */
export function runningRelease(
  name: string,
  phase: Phase,
  more: Partial<ReleaseStatus> = {},
  control?: ReleaseSpec["control"],
): Release & AnyObject {
  const base: ReleaseStatus = {
    observedGeneration: 1,
    phase,
    slot: "green",
    step: "weight-5",
    weight: "5%",
    message: "weight-5: holding; checks: passed",
    startedAt: STARTED,
    liveBefore: "blue",
    frozen: FROZEN,
    position: { step: 2, stage: "verify", since: STARTED, attempt: 1, waitedMs: 0 },
    ...more,
  };
  const first = appendJournal(
    base,
    { from: "Pending", to: "Preparing/deploy", reason: "Started", message: "releasing 1.4.0 to green" },
    at(0),
  );
  const second = appendJournal(
    first,
    { from: "Preparing/verify", to: "Shifting/weight-5", reason: "StepPassed", message: "verify passed" },
    at(75),
  );
  return aRelease(name, second, control);
}

/** The same release one journal entry further. */
export function ended(release: Release, phase: Phase, message: string, by?: string): Release & AnyObject {
  const { hold: _, ...status } = release.status ?? { observedGeneration: 1 };
  const last = {
    from: "Shifting/weight-5",
    to: phase,
    reason: "Ended",
    message,
    ...(by === undefined ? {} : { by }),
  };
  return {
    ...release,
    status: appendJournal(
      { ...status, phase, message, finishedAt: "2026-05-01T10:05:00.000Z" },
      last,
      at(300),
    ),
  };
}

export const aPlan = (name = "shop", status: object = {}): AnyObject => ({
  apiVersion: API_VERSION,
  kind: "ReleasePlan",
  metadata: { name, namespace: "ns", uid: `uid-of-${name}`, creationTimestamp: STARTED },
  spec: { stack: { program: { name: "web-service" } }, strategy: { direct: {} } },
  status,
});
