import { milliseconds } from "../base/duration.ts";
import type { KubeClient } from "../kube/client.ts";
import type { Fence } from "../kube/fence.ts";
import { LeaseLock, type LeaseOptions } from "../kube/lease.ts";
import type { AcquireLease } from "./lease.ts";

export interface KubeLeaseOptions extends Pick<LeaseOptions, "clock" | "log" | "metrics" | "duration"> {
  readonly client: KubeClient;
  /** The controller's own namespace. */
  readonly namespace: string;
  /** Unique for each process, also after a restart. */
  readonly identity: string;
  /** Whoever may not write any more must not have workers that do: behind it no Lease of a stack is relied on. */
  readonly fence?: Fence;
}

export const stackLeaseName = (stack: string): string => `bascule-stack-${stack}`;

/** Leases of stacks in the API server, named `bascule-stack-<namespace>.<plan>.<part>`. */
export const kubeLeases =
  ({ fence, ...options }: KubeLeaseOptions): AcquireLease =>
  async (stack, deadline, signal) => {
    const lost = new AbortController();
    const lock = new LeaseLock({ ...options, name: stackLeaseName(stack), onLost: () => lost.abort() });
    if (!(await lock.acquire(deadline, signal)) || signal.aborted) {
      const { holder } = lock;
      await lock.stop();
      return { holder };
    }
    return {
      get remaining() {
        return milliseconds(Math.min(lock.remaining, fence?.remaining ?? lock.remaining));
      },
      lost: fence === undefined ? lost.signal : AbortSignal.any([lost.signal, fence.closed]),
      release: (how) => lock.stop(how),
    };
  };
