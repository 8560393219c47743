import type { KubeClient } from "../kube/client.ts";
import { LeaseLock, type LeaseOptions } from "../kube/lease.ts";
import type { AcquireLease } from "./lease.ts";

export interface KubeLeaseOptions extends Pick<LeaseOptions, "clock" | "log" | "metrics" | "duration"> {
  readonly client: KubeClient;
  /** The controller's own namespace. */
  readonly namespace: string;
  /** Unique for each process, also after a restart. */
  readonly identity: string;
}

/** Leases of stacks in the API server, named `bascule-stack-<namespace>.<plan>.<part>`. */
export const kubeLeases =
  (options: KubeLeaseOptions): AcquireLease =>
  async (stack, deadline, signal) => {
    const lost = new AbortController();
    const lock = new LeaseLock({ ...options, name: `bascule-stack-${stack}`, onLost: () => lost.abort() });
    if (!(await lock.acquire(deadline, signal)) || signal.aborted) {
      const { holder } = lock;
      await lock.stop();
      return { holder };
    }
    return {
      get remaining() {
        return lock.remaining;
      },
      lost: lost.signal,
      release: (options) => lock.stop(options),
    };
  };
