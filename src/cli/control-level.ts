import type { Control } from "../api/control.ts";
import type { Phase, Release } from "../api/release.ts";
import type { Live } from "../api/release-plan.ts";
import type { SharedChange } from "../api/shared.ts";
import { isFinal, phaseOf } from "../core/plan/phases.ts";
import { NEEDS_APPROVAL, renderLosses } from "../core/plan/shared/change.ts";
import { CliFailure, usageFailure } from "./cli-failure.ts";

/** A command as it was typed; who and why come on top. */
export type Asked =
  | { readonly kind: "pause" }
  | { readonly kind: "resume"; readonly hold?: string | undefined }
  | { readonly kind: "abort" }
  | { readonly kind: "promote"; readonly step?: string | undefined }
  | { readonly kind: "skip"; readonly step?: string | undefined }
  | { readonly kind: "revert" }
  | { readonly kind: "acceptLive"; readonly slot: Live };

/** What is to be written under `spec.control`, or that it stands there already. */
export type Level =
  | {
      readonly kind: "write";
      readonly command: keyof Control;
      readonly level: LevelFields;
      readonly said: string;
    }
  | { readonly kind: "already"; readonly said: string };
export type LevelFields = Readonly<Record<string, string | boolean>>;

const MOVING: readonly Phase[] = ["Preparing", "Shifting", "Observing"];

/**
 * Turns a command into the level that it sets. Commands are levels: one that stands already is not written again.
 * @throws CliFailure when the release is in a phase in which the command can do nothing, with what can be done instead
 */
export function levelFor(release: Release, asked: Asked): Level {
  const { control } = release.spec;
  switch (asked.kind) {
    case "pause":
      if (control?.pause?.state === true) return already(`paused by ${signed(control.pause)}`);
      demand(
        release,
        asked.kind,
        ["Pending", ...MOVING],
        "a release that is being taken back can't be paused",
      );
      return write("pause", { state: true }, "paused: it goes no further, checks go on");
    case "resume":
      return resume(release, asked.hold);
    case "abort":
      if (control?.abort !== undefined) return already(`aborted by ${signed(control.abort)}`);
      demand(release, asked.kind, ["Pending", ...MOVING], "it is being taken back already");
      return write("abort", {}, "aborted: traffic goes back to the live side");
    case "promote":
    case "skip":
      return endStep(release, asked.kind, asked.step);
    case "revert":
      if (control?.revert !== undefined) return already(`taken back by ${signed(control.revert)}`);
      demand(release, asked.kind, MOVING, 'before it started there is nothing to take back: use "abort"');
      return write("revert", {}, "reverted: traffic goes back to the live side");
    case "acceptLive":
      return acceptLive(release, asked.slot);
  }
}

function resume(release: Release, hold: string | undefined): Level {
  const { status, spec } = release;
  const held = status?.hold;
  if (hold !== undefined) {
    if (spec.control?.resume?.hold === hold)
      return already(`hold ${hold} ended by ${signed(spec.control.resume)}`);
    demand(release, "resume", ["Pending", ...MOVING], "a release that is being taken back can't be resumed");
    if (held?.id !== hold)
      throw new CliFailure(`${nameOf(release)} has no hold "${hold}": ${heldText(release)}`);
    return write("resume", { hold }, `hold ${hold} (${held.reason}) ended`);
  }
  if (spec.control?.pause?.state === true) {
    demand(release, "resume", ["Pending", ...MOVING], "a release that is being taken back can't be resumed");
    return write("pause", { state: false }, "resumed: it goes on");
  }
  if (isFinal(phaseOf(release))) demand(release, "resume", [], "");
  if (held === undefined) return already("not paused, and nothing holds it");
  throw new CliFailure(`${nameOf(release)} is not paused: ${heldText(release)}`);
}

/** What holds the release and which command ends that. */
function heldText(release: Release): string {
  const hold = release.status?.hold;
  if (hold === undefined) return "nothing holds it now";
  const remedy =
    hold.reason === "ManualHold" || hold.reason === NEEDS_APPROVAL
      ? `end it with "bascule promote ${release.metadata.name}"`
      : ["ForeignEdit", "RouteContested", "RouteGone"].includes(hold.reason)
        ? `end it with "bascule resume ${release.metadata.name} --hold ${hold.id}"`
        : "it ends by itself when the cause is gone";
  return `it is held by ${hold.id} (${hold.message}); ${remedy}`;
}

/** `promote` and `skip` name the step that they end; by default the one that waits now. */
function endStep(release: Release, kind: "promote" | "skip", asked: string | undefined): Level {
  demand(release, kind, MOVING, 'it has no steps yet, or no longer: see "bascule status"');
  const step = asked ?? waitingStep(release, kind);
  const standing = release.spec.control?.[kind];
  const done = kind === "promote" ? "promoted" : "skipped";
  const change = withheldAt(release, step);
  if (kind === "promote" && change !== undefined) return approve(release, step, change);
  if (standing?.step === step) return already(`step ${step} ${done} by ${signed(standing)}`);
  const steps = release.status?.frozen?.steps ?? [];
  const index = steps.findIndex((s) => s.name === step);
  const names = steps.filter((s) => s.kind !== "deploy").map((s) => s.name);
  if (index < 0)
    throw usageFailure(`--step: ${nameOf(release)} has no step "${step}"; its steps are ${names.join(", ")}`);
  if (steps[index]?.kind === "deploy")
    throw usageFailure(`--step: "${step}" waits for pods, not for people; give one of ${names.join(", ")}`);
  const present = release.status?.position?.step ?? 0;
  if (index < present)
    throw new CliFailure(
      `${nameOf(release)} is past step ${step}; it is at ${steps[present]?.name ?? "its end"}`,
    );
  const effect =
    kind === "promote" ? "it goes on unless a check has failed" : "the rest is recorded as skipped";
  return write(kind, { step }, `step ${step} ${done}: ${effect}`);
}

/** The change of the shared part that a step waits for a person with. */
function withheldAt({ status }: Release, step: string): SharedChange | undefined {
  const present = status?.frozen?.steps[status.position?.step ?? -1];
  return present?.name === step && status?.shared?.state === "withheld" ? status.shared.change : undefined;
}

/** What is approved is the change that status shows now; should it become another one, that waits again. */
function approve(release: Release, step: string, { id, objects }: SharedChange): Level {
  const standing = release.spec.control?.promote;
  if (standing?.step === step && standing.change === id)
    return already(`change ${id} approved by ${signed(standing)}`);
  return write("promote", { step, change: id }, `change ${id} approved: ${renderLosses(objects)}`);
}

function waitingStep(release: Release, kind: string): string {
  const { position, frozen, step = "", message = "" } = release.status ?? {};
  const present = position === undefined ? undefined : frozen?.steps[position.step];
  const isWithheld = kind === "promote" && withheldAt(release, present?.name ?? "") !== undefined;
  if (present !== undefined && (position?.stage === "verify" || isWithheld)) return present.name;
  throw new CliFailure(
    `${nameOf(release)} waits for nobody at ${step} (${message}); to ${kind} a step beforehand name it with --step`,
  );
}

function acceptLive(release: Release, slot: Live): Level {
  const standing = release.spec.control?.acceptLive;
  if (standing?.slot === slot) return already(`${slot} accepted as live by ${signed(standing)}`);
  demand(release, "accept-live", ["RevertFailed"], "it ends a revert that failed, and nothing else");
  const { frozen } = release.status ?? {};
  if (frozen !== undefined && slot !== frozen.slot && slot !== frozen.live)
    throw usageFailure(`--slot: ${slot} is no side of this release; give ${frozen.live} or ${frozen.slot}`);
  return write("acceptLive", { slot }, `${slot} accepted as live`);
}

/** Refuses a command in a phase in which nobody would obey it. */
function demand(release: Release, command: string, phases: readonly Phase[], otherwise: string): void {
  const phase = phaseOf(release);
  if (phases.includes(phase)) return;
  const about = isFinal(phase)
    ? `it has ended: ${release.status?.message ?? phase}; to go back, release the former version again`
    : otherwise;
  throw new CliFailure(`${nameOf(release)} is ${phase}, so "${command}" does nothing: ${about}`);
}

const nameOf = (release: Release): string => `release ${release.metadata.name}`;
const signed = (entry: { readonly by: string; readonly reason: string }): string =>
  `${entry.by}: ${entry.reason}`;
const already = (said: string): Level => ({ kind: "already", said });
const write = (command: keyof Control, level: LevelFields, said: string): Level => ({
  kind: "write",
  command,
  level,
  said,
});
