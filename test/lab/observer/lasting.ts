import { seconds } from "../../../src/base/duration.ts";
import { type Instant, plus } from "../../../src/base/instant.ts";

/** What is ready for so long is what a Service has; twice what the controller waits for, which has to have seen it too. */
const LASTING = seconds(6);

interface Rise {
  readonly ready: number;
  readonly since: Instant;
}

/** How many endpoints each Service had without a break, and since when. */
export class LastingReady {
  /** Of each Service: since when there are at least so many, in rising order. */
  readonly #rises = new Map<string, readonly Rise[]>();

  /** A Service has so many ready endpoints from now on. */
  see(service: string, ready: number, at: Instant): void {
    const rises = this.#rises.get(service) ?? [];
    const stay = rises.filter((rise) => rise.ready < ready);
    const since = rises[stay.length]?.since ?? at;
    this.#rises.set(service, [...stay, { ready, since }]);
  }

  /** How many lasted first, of more than `floor` and from one time to another, and when they had. */
  next(service: string, floor: number, from: Instant, until: Instant): Rise | undefined {
    for (const { ready, since } of this.#rises.get(service) ?? []) {
      const lasted = plus(since, LASTING);
      const at = lasted > from ? lasted : from;
      if (ready > floor && at <= until) return { ready, since: at };
    }
    return undefined;
  }
}
