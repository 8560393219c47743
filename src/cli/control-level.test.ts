import { describe, expect, it } from "vitest";
import { aRelease, ended, FROZEN, runningRelease } from "../../test/api/cli/support/objects.ts";
import { COMMANDS } from "../api/control.ts";
import { PHASES } from "../api/release.ts";
import { CliFailure } from "./cli-failure.ts";
import { type Asked, levelFor } from "./control-level.ts";
import { EXIT } from "./exit-codes.ts";

const bob = { by: "bob", reason: "night" };
const ASKED: readonly Asked[] = [
  { kind: "pause" },
  { kind: "resume" },
  { kind: "abort" },
  { kind: "promote", step: "weight-5" },
  { kind: "skip", step: "weight-5" },
  { kind: "revert" },
  { kind: "acceptLive", slot: "blue" },
];

function failureOf(work: () => unknown): CliFailure {
  try {
    work();
  } catch (error) {
    if (error instanceof CliFailure) return error;
    throw error;
  }
  throw new Error("that should have been refused");
}

describe("commands as levels", () => {
  it.each([
    ["pause", { kind: "pause" }, { state: true }],
    ["abort", { kind: "abort" }, {}],
    ["revert", { kind: "revert" }, {}],
    ["promote", { kind: "promote" }, { step: "weight-5" }],
    ["skip", { kind: "skip", step: "weight-100" }, { step: "weight-100" }],
  ] as const)("%s becomes one level of spec.control", (command, asked, level) => {
    expect(levelFor(runningRelease("r", "Shifting"), asked)).toMatchObject({ kind: "write", command, level });
  });

  it("a command that stands already is not written again, and tells whose it is", () => {
    for (const [asked, control] of [
      [{ kind: "pause" }, { pause: { state: true, ...bob } }],
      [{ kind: "abort" }, { abort: bob }],
      [{ kind: "revert" }, { revert: bob }],
      [{ kind: "promote" }, { promote: { step: "weight-5", ...bob } }],
      [{ kind: "skip" }, { skip: { step: "weight-5", ...bob } }],
      [{ kind: "resume", hold: "foreignedit-3" }, { resume: { hold: "foreignedit-3", ...bob } }],
    ] as const) {
      const level = levelFor(runningRelease("r", "Shifting", {}, control), asked);
      expect(level, asked.kind).toMatchObject({ kind: "already" });
      expect(level.said).toContain("bob: night");
    }
  });

  it("promote approves the change of the shared part that status shows, and that alone", () => {
    const change = { id: "0123456789abcdef", objects: [{ object: "Table t", operation: "delete" as const }] };
    const frozen = { ...FROZEN, shared: true };
    const position = {
      step: 0,
      stage: "shared",
      since: "2026-01-01T00:00:00Z",
      attempt: 1,
      waitedMs: 0,
    } as const;
    const shared = { digest: "sha256:0", state: "withheld", change } as const;
    const waiting = (control = {}) =>
      runningRelease("r", "Preparing", { frozen, position, shared, step: "deploy" }, control);
    const level = { step: "deploy", change: change.id };
    expect(levelFor(waiting(), { kind: "promote" })).toMatchObject({
      kind: "write",
      level,
      said: "change 0123456789abcdef approved: delete Table t",
    });
    const former = { promote: { step: "deploy", change: "another", ...bob } };
    expect(levelFor(waiting(former), { kind: "promote" })).toMatchObject({ kind: "write", level });
    expect(levelFor(waiting({ promote: { ...level, ...bob } }), { kind: "promote" }).kind).toBe("already");
    expect(() => levelFor(waiting(), { kind: "skip" })).toThrow("waits for nobody");
  });

  it("another step is another level, although promote was given before", () => {
    const release = runningRelease("r", "Shifting", {}, { promote: { step: "verify", ...bob } });
    expect(levelFor(release, { kind: "promote" })).toMatchObject({
      kind: "write",
      level: { step: "weight-5" },
    });
  });

  it("resume ends a pause by writing state false, and says that there is nothing to resume otherwise", () => {
    const paused = runningRelease("r", "Shifting", {}, { pause: { state: true, ...bob } });
    expect(levelFor(paused, { kind: "resume" })).toMatchObject({ command: "pause", level: { state: false } });
    expect(levelFor(runningRelease("r", "Shifting"), { kind: "resume" })).toMatchObject({ kind: "already" });
  });

  it("resume without an id does not end a hold that nobody named, and says which command does", () => {
    const hold = (reason: string) => ({
      hold: {
        id: `${reason.toLowerCase()}-7`,
        reason,
        message: "kubectl-edit set green to 0 %",
        since: "2026-05-01T10:02:00Z",
      },
    });
    const foreign = runningRelease("r", "Shifting", hold("ForeignEdit"));
    expect(failureOf(() => levelFor(foreign, { kind: "resume" })).message).toContain(
      "bascule resume r --hold foreignedit-7",
    );
    expect(levelFor(foreign, { kind: "resume", hold: "foreignedit-7" })).toMatchObject({
      command: "resume",
      level: { hold: "foreignedit-7" },
    });
    expect(failureOf(() => levelFor(foreign, { kind: "resume", hold: "foreignedit-6" })).message).toContain(
      "no hold",
    );
    const manual = runningRelease("r", "Shifting", hold("ManualHold"));
    expect(failureOf(() => levelFor(manual, { kind: "resume" })).message).toContain("bascule promote r");
  });

  it("promote without a step wants one that waits now", () => {
    const moving = runningRelease("r", "Shifting", {
      position: { step: 2, stage: "shift", since: "2026-05-01T10:00:00Z", attempt: 1, waitedMs: 0 },
    });
    expect(failureOf(() => levelFor(moving, { kind: "promote" })).message).toContain("--step");
    expect(levelFor(moving, { kind: "promote", step: "weight-5" })).toMatchObject({ kind: "write" });
  });

  it("a step that is unknown, a deploy or past is refused with the steps that can be named", () => {
    const release = runningRelease("r", "Shifting");
    const unknown = failureOf(() => levelFor(release, { kind: "promote", step: "weight-6" }));
    expect(unknown.exit).toBe(EXIT.usage);
    expect(unknown.message).toContain("verify, weight-5, weight-100, observe");
    expect(failureOf(() => levelFor(release, { kind: "skip", step: "deploy" })).message).toContain("pods");
    expect(failureOf(() => levelFor(release, { kind: "promote", step: "verify" })).message).toContain(
      "past step verify",
    );
  });

  it("accept-live takes only a side of the release, and only after a failed revert", () => {
    const failed = runningRelease("r", "RevertFailed");
    expect(levelFor(failed, { kind: "acceptLive", slot: "blue" })).toMatchObject({ level: { slot: "blue" } });
    const wrong = failureOf(() => levelFor(failed, { kind: "acceptLive", slot: "adopted" }));
    expect(wrong.message).toContain(`give ${FROZEN.live} or ${FROZEN.slot}`);
    expect(
      failureOf(() => levelFor(runningRelease("r", "Shifting"), { kind: "acceptLive", slot: "blue" }))
        .message,
    ).toContain("is Shifting");
  });

  it("in every final phase every command is refused with the way to go back", () => {
    for (const phase of ["Completed", "Reverted", "Failed", "Cancelled", "Superseded"] as const) {
      const release = ended(runningRelease("r", "Shifting"), phase, "over");
      for (const asked of ASKED)
        expect(failureOf(() => levelFor(release, asked)).message, `${asked.kind} in ${phase}`).toContain(
          `is ${phase}`,
        );
    }
  });

  it("every pair of phase and command is answered: written, already there, or refused", () => {
    for (const phase of PHASES)
      for (const asked of ASKED) {
        const answer = (): string => {
          try {
            return levelFor(runningRelease("r", phase), asked).kind;
          } catch (error) {
            return error instanceof CliFailure ? "refused" : `threw ${String(error)}`;
          }
        };
        expect(["write", "already", "refused"], `${asked.kind} in ${phase}`).toContain(answer());
      }
    expect(new Set(ASKED.map((a) => a.kind))).toEqual(new Set(COMMANDS));
  });

  it("before the start a release can be paused and aborted, not reverted", () => {
    const pending = aRelease("r");
    expect(levelFor(pending, { kind: "pause" })).toMatchObject({ kind: "write" });
    expect(levelFor(pending, { kind: "abort" })).toMatchObject({ kind: "write" });
    expect(failureOf(() => levelFor(pending, { kind: "revert" })).message).toContain("abort");
  });
});
