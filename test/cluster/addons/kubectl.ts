import { type Duration, seconds } from "../../../src/base/duration.ts";
import { run } from "../lib/run.ts";
import { type Manifest, renderList } from "./manifests.ts";

/** kubectl bound to one cluster. */
export type Kubectl = {
  run(args: readonly string[], input?: string): Promise<string>;
  apply(items: readonly Manifest[]): Promise<void>;
  /** `kubectl wait`. @throws ClusterError `failed` when the condition does not come in time. */
  wait(args: readonly string[], deadline?: Duration): Promise<void>;
};

export function kubectlFor(program: string, kubeconfig: string): Kubectl {
  const call = (args: readonly string[], input?: string): Promise<string> =>
    run(program, args, { env: { KUBECONFIG: kubeconfig }, ...(input === undefined ? {} : { input }) });
  return {
    run: call,
    async apply(items) {
      await call(
        ["apply", "--server-side", "--force-conflicts", "--field-manager=bascule-cluster", "-f", "-"],
        renderList(items),
      );
    },
    async wait(args, deadline = seconds(60)) {
      await call(["wait", `--timeout=${deadline / 1_000}s`, ...args]);
    },
  };
}
