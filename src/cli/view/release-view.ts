import type { Release } from "../../api/release.ts";
import type { Instant } from "../../base/instant.ts";
import { phaseOf } from "../../core/plan/phases.ts";
import type { Paint } from "./paint.ts";
import { renderColumns } from "./table.ts";
import { age } from "./time.ts";

/** Journal entries that `status` shows. */
const LAST_ENTRIES = 5;

/** A release for people: where it stands, what holds it, what happened last. */
export function renderRelease(release: Release, now: Instant, paint: Paint): readonly string[] {
  const { status, spec, metadata } = release;
  const rows: (readonly [string, string])[] = [
    ["phase", `${paint.phase(phaseOf(release))}${since(release, now)}`],
    ["plan", spec.planRef.name],
    ["version", spec.package.version],
    ["image", Object.values(spec.package.images ?? { main: spec.package.image ?? "" }).join(", ")],
    [
      "slot",
      status?.slot === undefined ? "" : `${status.slot}; ${status.liveBefore ?? "none"} was live before`,
    ],
    ["step", stepText(release)],
    ["weight", status?.weight ?? ""],
    ["checks", status?.verdict ?? ""],
    ["held", holdText(release, now, paint)],
    ["shared part", sharedText(release)],
    ["commands", commandsOf(release)],
    ["message", status?.message ?? "not yet seen by the controller"],
  ];
  return [
    paint.strong(`Release ${metadata.name}  (namespace ${metadata.namespace ?? ""})`),
    ...renderColumns(rows.filter(([, text]) => text !== "").map(([name, text]) => [`  ${name}`, text])),
    ...section("  reserved", status?.reservations ?? []),
    ...journalLines(release, now, paint),
  ];
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines.map((l) => `    ${l}`)];

function since(release: Release, now: Instant): string {
  const { startedAt, finishedAt } = release.status ?? {};
  if (finishedAt !== undefined) return `, ended ${age(finishedAt, now)} ago`;
  if (startedAt !== undefined) return `, started ${age(startedAt, now)} ago`;
  return `, created ${age(release.metadata.creationTimestamp, now)} ago`;
}

function stepText(release: Release): string {
  const { position, frozen, step, finishedAt } = release.status ?? {};
  if (step === undefined) return "";
  if (finishedAt !== undefined || position === undefined || frozen === undefined) return step;
  const stage = {
    shared: "applying the shared part",
    apply: "applying",
    scale: "getting ready",
    shift: "moving traffic",
    verify: "verifying",
  };
  return `${step} (${position.step + 1} of ${frozen.steps.length}), ${stage[position.stage]}`;
}

function holdText(release: Release, now: Instant, paint: Paint): string {
  const hold = release.status?.hold;
  return hold === undefined ? "" : `${paint.busy(hold.id)} since ${age(hold.since, now)}: ${hold.message}`;
}

/** What of the shared part waits for a person: all that would change, as far as it is kept. */
function sharedText({ status }: Release): string {
  const { state, change, approvedBy } = status?.shared ?? {};
  if (state === undefined) return "";
  const objects = (change?.objects ?? []).map((o) => `${o.operation} ${o.object}`).join(", ");
  const who = approvedBy === undefined ? "" : `, approved by ${approvedBy}`;
  return `${state}${objects === "" ? "" : `: ${objects}${who}`}`;
}

/** Commands that stand written, with the name under each. */
function commandsOf(release: Release): string {
  return Object.entries(release.spec.control ?? {})
    .map(([name, level]) => {
      if (level === undefined) return "";
      const change = "change" in level && level.change !== undefined ? `, change ${level.change}` : "";
      const more = "step" in level ? ` ${level.step}${change}` : "state" in level ? ` ${level.state}` : "";
      return `${name}${more} by ${level.by} (${level.reason})`;
    })
    .filter((text) => text !== "")
    .join("; ");
}

function journalLines(release: Release, now: Instant, paint: Paint): readonly string[] {
  const { journal } = release.status ?? {};
  if (journal === undefined || journal.entries.length === 0) return [];
  const rows = journal.entries
    .slice(-LAST_ENTRIES)
    .map((e) => [`    ${age(e.at, now)} ago`, e.to, e.reason, e.by ?? "", e.message ?? ""]);
  const title = journal.count > LAST_ENTRIES ? `last ${LAST_ENTRIES} of ${journal.count} entries` : "journal";
  return [paint.faint(`  ${title}:`), ...renderColumns(rows)];
}

/** Rows of a list of releases, newest first. */
export const RELEASE_HEADER = [
  "RELEASE",
  "PLAN",
  "VERSION",
  "PHASE",
  "STEP",
  "WEIGHT",
  "CHECKS",
  "HELD",
  "AGE",
] as const;
export function releaseRow(release: Release, now: Instant, paint: Paint): readonly string[] {
  const { status, spec, metadata } = release;
  return [
    metadata.name,
    spec.planRef.name,
    spec.package.version,
    paint.phase(phaseOf(release)),
    status?.finishedAt === undefined ? (status?.step ?? "") : "",
    status?.weight ?? "",
    status?.verdict ?? "",
    status?.hold?.reason ?? "",
    age(metadata.creationTimestamp, now),
  ];
}
