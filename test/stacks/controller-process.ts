/** A controller to be killed by `recovery.test.ts`: runs one stack operation that it is sent. */
import { seconds } from "../../src/base/duration.ts";
import type { StackRequest } from "../../src/ports/stacks.ts";
import type { StackPaths } from "../../src/stacks/environment.ts";
import { StackRunner } from "../../src/stacks/runner.ts";
import { systemClock } from "../../src/telemetry/system-clock.ts";

interface Order {
  readonly request: StackRequest;
  readonly paths: StackPaths;
  readonly programFolders: readonly string[];
  readonly kubeconfig: string;
}

process.on("message", ({ request, paths, programFolders, kubeconfig }: Order) => {
  const runner = new StackRunner({
    clock: systemClock,
    paths,
    programFolders,
    acquireLease: async () => ({
      remaining: seconds(60),
      lost: new AbortController().signal,
      release: async () => undefined,
    }),
    token: async () => kubeconfig,
  });
  runner.ensure(request);
});
