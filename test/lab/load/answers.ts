import { type Duration, milliseconds } from "../../../src/base/duration.ts";
import { type Instant, instant } from "../../../src/base/instant.ts";
import type { Shot } from "./record.ts";

/** A span of time, both ends included; an open end reaches as far as there are answers. */
export interface Window {
  readonly from?: Instant;
  readonly to?: Instant;
}

/** What one version answered. */
export interface VersionFigures {
  readonly version: string;
  readonly answers: number;
  /** Answers other than 2xx. */
  readonly failures: number;
  readonly first: Instant;
  readonly last: Instant;
}

export interface Figures {
  readonly requests: number;
  /** Requests without a good answer that are not the failures of `exceptVersion`. */
  readonly lost: number;
  /** The lost ones by cause: an error's code, or `503 from v1`. */
  readonly causes: Readonly<Record<string, number>>;
  readonly versions: readonly VersionFigures[];
  readonly p50: Duration;
  readonly p99: Duration;
}

const endOf = (shot: Shot): number => shot.due + shot.latency;
const good = (shot: Shot): boolean => shot.status >= 200 && shot.status < 300;

/** Everything that a client outside of the cluster saw; times are those at which the answer was complete. */
export class Answers {
  readonly #shots: Shot[] = [];

  add(shots: readonly Shot[]): void {
    for (const shot of shots) this.#shots.push(shot);
  }

  get count(): number {
    return this.#shots.length;
  }

  /** Shots whose end lies in the window, in order of their ends. */
  within(window: Window = {}): readonly Shot[] {
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = window;
    return this.#shots
      .filter((shot) => endOf(shot) >= from && endOf(shot) <= to)
      .sort((a, b) => endOf(a) - endOf(b));
  }

  /** Counts over a window. Failures answered by `exceptVersion` are its own and not counted as lost. */
  figures(window: Window = {}, exceptVersion?: string): Figures {
    const shots = this.within(window);
    const lost = lostOf(shots, exceptVersion);
    const latencies = shots.map((shot) => shot.latency).sort((a, b) => a - b);
    return {
      requests: shots.length,
      lost: lost.length,
      causes: causesOf(lost),
      versions: versionsOf(shots),
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
    };
  }

  /** Requests of a window that were lost, apart from those that were under way at some time of `outages`. */
  lostOutside(
    outages: readonly Required<Window>[],
    window: Window = {},
    exceptVersion?: string,
  ): readonly Shot[] {
    const excused = (shot: Shot): boolean =>
      outages.some(({ from, to }) => shot.due <= to && endOf(shot) >= from);
    return lostOf(this.within(window), exceptVersion).filter((shot) => !excused(shot));
  }

  /** Share of the answers in a window that came from a version, 0 to 1; undefined without any. */
  share(version: string, window: Window): number | undefined {
    const answered = this.within(window).filter((shot) => shot.version !== "");
    if (answered.length === 0) return undefined;
    return answered.filter((shot) => shot.version === version).length / answered.length;
  }
}

const lostOf = (shots: readonly Shot[], exceptVersion?: string): readonly Shot[] =>
  shots.filter((shot) => !good(shot) && (shot.version === "" || shot.version !== exceptVersion));

/** How many were lost of which cause. */
export function causesOf(lost: readonly Shot[]): Readonly<Record<string, number>> {
  const causes: Record<string, number> = {};
  for (const shot of lost) causes[causeOf(shot)] = (causes[causeOf(shot)] ?? 0) + 1;
  return causes;
}

const causeOf = ({ error, status, version }: Shot): string =>
  error === "" ? `${status} from ${version === "" ? "the gateway" : version}` : error;

function versionsOf(ordered: readonly Shot[]): readonly VersionFigures[] {
  const found = new Map<string, VersionFigures>();
  for (const shot of ordered) {
    if (shot.version === "") continue;
    const at = instant(endOf(shot));
    const { answers, failures, first } = found.get(shot.version) ?? { answers: 0, failures: 0, first: at };
    const { version } = shot;
    const bad = failures + (good(shot) ? 0 : 1);
    found.set(version, { version, answers: answers + 1, failures: bad, first, last: at });
  }
  return [...found.values()];
}

function quantile(sorted: readonly number[], q: number): Duration {
  return milliseconds(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0);
}
