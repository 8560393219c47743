import type { ControllerProcess } from "../../lab/controller.ts";

/** The metrics of a controller at one moment. Pulumi's workers are processes of their own and not in them. */
export class Figures {
  readonly at = performance.now();
  readonly #lines: readonly string[];

  constructor(text: string) {
    this.#lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  }

  /** Sum of a metric over all series whose labels match. */
  sum(name: string, labels = /^/): number {
    return this.#lines.reduce((total, line) => {
      const [, metric, found = "", value] =
        /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return metric === name && labels.test(found) ? total + Number(value) : total;
    }, 0);
  }

  /** How many series a metric has. */
  series(name: string): number {
    return this.#lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)).length;
  }

  /** Counts of a histogram's buckets, upper bound first, over all its series whose labels match. */
  buckets(name: string, labels = /^/): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const line of this.#lines) {
      const [, found = "", bound, value] =
        new RegExp(`^${name}_bucket\\{(.*?le="([^"]+)".*?)\\} (\\S+)$`).exec(line) ?? [];
      if (bound === undefined || !labels.test(found)) continue;
      const upper = bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound);
      counts.set(upper, (counts.get(upper) ?? 0) + Number(value));
    }
    return counts;
  }
}

/** Reads them. */
export async function readFigures(controller: Pick<ControllerProcess, "url">): Promise<Figures> {
  const response = await fetch(`${controller.url}/metrics`, { signal: AbortSignal.timeout(10_000) });
  return new Figures(await response.text());
}

/**
 * The upper bound of the bucket in which a quantile of what was observed between two moments lies, in the histogram's
 * unit: the quantile is at most that. NaN when nothing was observed.
 */
export function quantileBetween(
  before: Figures,
  after: Figures,
  histogram: string,
  q: number,
  labels?: RegExp,
): number {
  const [from, to] = [before.buckets(histogram, labels), after.buckets(histogram, labels)];
  const counts = [...to].map(([upper, n]) => [upper, n - (from.get(upper) ?? 0)] as const);
  const total = counts.at(-1)?.[1] ?? 0;
  return total === 0 ? Number.NaN : (counts.find(([, n]) => n >= q * total)?.[0] ?? Number.NaN);
}

export const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
