import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { KubeError } from "../../kube/kube-error.ts";
import type { StackStateAdmin } from "../../ports/stack-states.ts";
import { StackFailure } from "../../stacks/errors.ts";
import { kubeLeases } from "../../stacks/kube-lease.ts";
import { StateAdmin } from "../../stacks/state/state-admin.ts";
import { CliFailure } from "../cli-failure.ts";
import type { StatesRequest } from "../command-context.ts";

/** The states of a cluster, with the person's own rights. */
export function stackStates({ cluster, namespace, wait, signal }: StatesRequest): StackStateAdmin {
  const { client, clock } = cluster;
  const identity = `cli-${hostname()}-${randomUUID().slice(0, 8)}`;
  const acquire = kubeLeases({ client, clock, namespace, identity });
  const admin = new StateAdmin({
    client,
    namespace,
    now: () => cluster.now(),
    underLease: async (stack, work) => {
      const lease = await acquire(stack, wait, signal);
      if ("holder" in lease) {
        signal.throwIfAborted();
        throw new StackFailure(
          "locked",
          `${lease.holder || "another process"} works on stack ${stack} (its Lease in ${namespace} is held); wait until that has ended, and try again`,
        );
      }
      try {
        return await work();
      } finally {
        await lease.release();
      }
    },
  });
  return {
    list: () => told(admin.list()),
    export: (stack, generation) => told(admin.export(stack, generation)),
    import: (stack, text, change) => told(admin.import(stack, text, change)),
    adopt: (stack, change) => told(admin.adopt(stack, change)),
  };
}

/** What the adapter refuses is told as it is; what the API server says goes the way of all its answers. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StackFailure)) throw error;
    throw error.cause instanceof KubeError ? error.cause : new CliFailure(error.message);
  }
}
