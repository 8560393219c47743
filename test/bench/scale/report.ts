import type { BusyFigures, Span } from "./busy.ts";
import type { Weight } from "./bytes.ts";
import type { IdleFigures } from "./idle.ts";

export interface ScaleReport {
  readonly idle: readonly IdleFigures[];
  readonly busy?: BusyFigures;
  /** What the second release of a plan left in the API server. */
  readonly release?: readonly Weight[];
}

/** What the design promises (section 8). */
const LIMITS = {
  plans: 10_000,
  memoryMiB: 400,
  coreShare: 0.05,
  readySeconds: 20,
  lateMs: 250,
  statusKiB: 64,
};

const verdict = (value: number, limit: number): string => (value <= limit ? "reached" : "MISSED");

/** The report for people. */
export function renderReport({ idle, busy, release }: ScaleReport): string {
  return [
    ...idle.flatMap(renderIdle),
    ...(release ? renderRelease(release) : []),
    ...(busy ? renderBusy(busy) : []),
  ].join("\n");
}

function renderIdle(f: IdleFigures): readonly string[] {
  const judged = (value: number, limit: number): string =>
    f.plans < LIMITS.plans ? "" : `  (limit ${limit}: ${verdict(value, limit)})`;
  return [
    `${f.plans} idle plans, each with a finished release`,
    `  memory at rest            ${f.memoryMiB} MiB${judged(f.memoryMiB, LIMITS.memoryMiB)}`,
    `  after a collection        ${f.collectedMiB} MiB, of which JavaScript's heap ${f.heapMiB} MiB`,
    `  processor at rest         ${(100 * f.coreShare).toFixed(2)} % of a core${judged(f.coreShare, LIMITS.coreShare)}`,
    `  ready after               ${f.readySeconds} s${judged(f.readySeconds, LIMITS.readySeconds)}`,
    `  every plan looked at      ${f.restSeconds} s after start, for ${f.cpuSeconds} s of a core; ${f.passesAtRest} passes while at rest`,
    `  watches                   ${f.watches}; ${f.requests} requests until rest, ${f.writes} of them writes`,
  ];
}

function renderBusy(f: BusyFigures): readonly string[] {
  return [
    `${f.releases} releases in progress, a look each second, the controller on one core`,
    `  ready after ${f.readySeconds} s; memory ${f.memoryMiB} MiB`,
    ...renderSpan("held at their step", f.held),
    ...renderSpan(`going through ${f.stepsTaken} steps`, f.moving),
    `  writes a step             ${f.writesPerStep} (${Object.entries(f.writesByMethod)
      .map(([m, n]) => `${m} ${n}`)
      .join(", ")})`,
    ...renderSpan("all promoted at the same moment, until each has left its step", f.burst, "no limit"),
  ];
}

function renderSpan(title: string, s: Span, limit?: string): readonly string[] {
  const late = Math.max(s.p99PassWaitMs, s.p99LookWaitMs);
  const judged = limit ?? `limit ${LIMITS.lateMs}: ${verdict(late, LIMITS.lateMs)}`;
  const verdicts = Number.isNaN(s.p99VerdictWaitMs) ? "" : `, after a verdict ≤ ${s.p99VerdictWaitMs} ms`;
  return [
    `  ${title} (${s.seconds} s)`,
    `    p99 lateness            pass ≤ ${s.p99PassWaitMs} ms${verdicts}, look ≤ ${s.p99LookWaitMs} ms  (${judged})`,
    `    p99 of a pass           ≤ ${s.p99PassMs} ms; of a request ≤ ${s.p99RequestMs} ms; of the event loop's delay ${s.eventLoopP99Ms} ms`,
    `    processor               ${(100 * s.coreShare).toFixed(1)} % of a core`,
    `    a second                ${s.looksPerSecond} looks, ${s.passesPerSecond} passes, ${s.requestsPerSecond} requests`,
  ];
}

function renderRelease(all: readonly Weight[]): readonly string[] {
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = Math.max(...all.map(({ statusBytes }) => statusBytes)) / 1_024;
  return [
    `one more release of a plan adds ${(total / 1_024).toFixed(1)} KiB to the API server`,
    ...all.map(
      (w) =>
        `  ${w.kind.padEnd(25)} ${String(w.objects).padStart(3)} objects ${(w.bytes / 1_024).toFixed(1).padStart(7)} KiB, managedFields ${(w.managedFieldsBytes / 1_024).toFixed(1)} KiB, largest status ${(w.statusBytes / 1_024).toFixed(1)} KiB`,
    ),
    `  largest status            ${largest.toFixed(1)} KiB  (limit ${LIMITS.statusKiB}: ${verdict(largest, LIMITS.statusKiB)})`,
  ];
}
