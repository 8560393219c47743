/** Who leads among the two controllers of a bench, as the API server tells it and as they say themselves. */
import { milliseconds, seconds } from "../../../src/base/duration.ts";
import type { Instant } from "../../../src/base/instant.ts";
import { holderOf, LEASES } from "../../../src/kube/lease-record.ts";
import { Reflector } from "../../../src/kube/reflector.ts";
import { LEADER_LEASE } from "../../../src/main/election.ts";
import { systemClock } from "../../../src/telemetry/system-clock.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import type { ControllerProcess } from "../../lab/controller.ts";
import { SYSTEM_NAMESPACE } from "../../lab/install.ts";
import { type Bench, type BenchOptions, mark } from "./bench.ts";
import { HEALTH, type PlanOptions } from "./plan.ts";

/** How long a Lease of the pairs counts, in seconds. */
export const DURATION = 6;
/** What is promised, and what a machine that is busy with the whole cluster may add; milliseconds. */
export const TAKEN_OVER = (DURATION + 1) * 1_000 + 3_000;
export const PAIR = { rate: 60, pair: `${DURATION}s` } as const satisfies BenchOptions;
export const PLAN_OF_PAIRS: PlanOptions = { verification: [HEALTH], hold: "5s" };

interface Change {
  readonly at: Instant;
  /** Empty when the Lease was given up. */
  readonly holder: string;
}

export class Leaders {
  readonly #changes: Change[] = [];
  readonly #reflector: Reflector<Parameters<typeof holderOf>[0]>;
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#reflector = new Reflector({
      client: bench.objects.client,
      type: LEASES,
      selection: { namespace: SYSTEM_NAMESPACE },
      clock: systemClock,
    });
    this.#reflector.subscribe(({ object }) => {
      const holder = holderOf(object);
      if (object.metadata.name === LEADER_LEASE && holder !== this.#changes.at(-1)?.holder)
        this.#changes.push({ at: mark(), holder });
    });
  }

  start(): void {
    this.#reflector.start();
  }
  async stop(): Promise<void> {
    await this.#reflector.stop();
  }

  /** The one that leads, and the other. */
  async who(): Promise<{ readonly leader: ControllerProcess; readonly standby: ControllerProcess }> {
    const { controller, partner } = this.#bench;
    if (partner === undefined) throw new Error("this bench has one controller");
    let first = false;
    const one = async (): Promise<boolean> => {
      first = await controller.leads();
      return first !== (await partner.leads());
    };
    await waitUntil("one controller leads", one, { deadline: seconds(60), every: seconds(0.1) });
    return first ? { leader: controller, standby: partner } : { leader: partner, standby: controller };
  }

  /** Waits for another holder than at `from`. @returns how long after `from` there was one, and after the Lease was free */
  async takeOver(from: Instant): Promise<{ readonly after: number; readonly free: number }> {
    const before = this.#changes.findLast(({ at, holder }) => at <= from && holder !== "")?.holder;
    const taken = (): Change | undefined =>
      this.#changes.find(({ at, holder }) => at > from && holder !== "" && holder !== before);
    const wait = { deadline: seconds(60), every: seconds(0.02) };
    await waitUntil("another controller has the Lease", () => taken() !== undefined, wait);
    const { at } = taken() as Change;
    const released = this.#changes.find((change) => change.at > from && change.holder === "");
    return { after: milliseconds(at - from), free: milliseconds(at - (released?.at ?? from)) };
  }
}

/** Writes that the API server has accepted from a process, Leases included. */
export async function acceptedWrites(controller: ControllerProcess): Promise<number> {
  const counted =
    /^bascule_kube_request_seconds_count\{method="(?:POST|PUT|PATCH|DELETE)",outcome="2\d\d"\} (\d+)$/gm;
  const lines = [...(await controller.metrics()).matchAll(counted)];
  return lines.reduce((sum, [, n]) => sum + Number(n), 0);
}
