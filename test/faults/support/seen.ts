import { seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import type { Sighting } from "../../lab/observer/sighting.ts";
import { type Bench, mark } from "./bench.ts";

/** Waits until the observer has seen something since now. */
export async function whenSeen(
  { observer }: Bench,
  what: string,
  seen: (sighting: Sighting) => boolean,
): Promise<void> {
  const from = mark();
  const found = (): boolean => observer.log(from).some(seen);
  await waitUntil(what, found, { deadline: seconds(60), every: seconds(0.02) });
}

export const twentyWritten = (s: Sighting): boolean =>
  s.kind === "route" && Object.values(s.shares).includes(20);

/** The gateway has confirmed the split and the release is being judged at it. */
export const twentyInForce = (s: Sighting): boolean =>
  s.kind === "release" && s.step === "weight-20" && s.stage === "verify";

/** The release is being judged at a step. */
export const atStep =
  (step: string) =>
  (s: Sighting): boolean =>
    s.kind === "release" && s.step === step && s.stage === "verify";

/** The release has come to a phase. */
export const inPhase =
  (phase: string) =>
  (s: Sighting): boolean =>
    s.kind === "release" && s.phase === phase;
