import type { Release, Transition } from "../../api/release.ts";
import { type Instant, readInstant } from "../../base/instant.ts";
import { phaseOf } from "../../core/plan/phases.ts";
import type { Paint } from "./paint.ts";
import { age, elapsedColumn } from "./time.ts";

/** Turns the states of a release into lines: one for each transition and each hold, none of them twice. */
export class Timeline {
  readonly #paint: Paint;
  #head: string | undefined;
  #hold: string | undefined;
  #started = false;

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /** Lines for what is new in this state. */
  take(release: Release, now: Instant): readonly string[] {
    const { status } = release;
    const start = startOf(release) ?? now;
    const lines = this.#unseen(status?.journal?.entries ?? []).map((e) => this.#transition(e, start));
    if (!this.#started && lines.length === 0)
      lines.push(
        `${elapsedColumn(start, now)}  ${this.#paint.phase(phaseOf(release))}  ${status?.message ?? ""}`.trimEnd(),
      );
    this.#started = true;
    const hold = status?.hold;
    if (hold !== undefined && hold.id !== this.#hold) {
      const at = readInstant(hold.since) ?? now;
      lines.push(`${elapsedColumn(start, at)}  ${this.#paint.busy("held")} ${hold.id}  ${hold.message}`);
    }
    if (
      hold === undefined &&
      this.#hold !== undefined &&
      status?.ending === undefined &&
      status?.finishedAt === undefined
    )
      lines.push(`${elapsedColumn(start, now)}  hold ${this.#hold} ended`);
    this.#hold = hold?.id;
    return lines;
  }

  /** Entries after the last one that was printed; all of them when it has been cut off meanwhile. */
  #unseen(entries: readonly Transition[]): readonly Transition[] {
    const at = this.#head === undefined ? -1 : entries.findIndex((e) => e.hash === this.#head);
    this.#head = entries.at(-1)?.hash ?? this.#head;
    return entries.slice(at + 1);
  }

  #transition(entry: Transition, start: Instant): string {
    const [phase = "", step = ""] = entry.to.split("/", 2);
    const to = `${this.#paint.phase(phase as Parameters<Paint["phase"]>[0])}${step === "" ? "" : `/${step}`}`;
    const who = entry.by === undefined ? "" : ` (by ${entry.by})`;
    return `${elapsedColumn(start, readInstant(entry.at) ?? start)}  ${to}  ${entry.reason}: ${entry.message ?? ""}${who}`;
  }
}

/** Time from which the timeline counts: the start of the release, before that its creation. */
export const startOf = (release: Release): Instant | undefined =>
  readInstant(release.status?.startedAt ?? release.metadata.creationTimestamp ?? "");

/** The live line below a timeline. */
export function statusLine(release: Release, now: Instant): string {
  const { status } = release;
  const start = startOf(release) ?? now;
  const parts = [
    elapsedColumn(start, now),
    [phaseOf(release), status?.step].filter((p) => p !== undefined).join("/"),
    status?.weight,
    status?.verdict === undefined ? undefined : `checks: ${status.verdict}`,
    status?.hold === undefined
      ? status?.message
      : `held ${age(status.hold.since, now)}: ${status.hold.message}`,
  ];
  return parts.filter((p) => p !== undefined && p !== "").join("  ");
}
