/** A controller to be killed by `recovery.test.ts`: runs one stack operation that it is sent. */
import { readFileSync } from "node:fs";
import { seconds } from "../../src/base/duration.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { loadCredentials } from "../../src/kube/credentials.ts";
import { Transport } from "../../src/kube/transport.ts";
import type { StackRequest } from "../../src/ports/stacks.ts";
import type { StackPaths } from "../../src/stacks/environment.ts";
import { StackRunner } from "../../src/stacks/runner.ts";
import { SecretStates } from "../../src/stacks/state/secret-states.ts";
import { systemClock } from "../../src/telemetry/system-clock.ts";

interface Order {
  readonly request: StackRequest;
  readonly paths: StackPaths;
  readonly programFolders: readonly string[];
  /** File with the credentials of all that it does. */
  readonly kubeconfig: string;
  readonly namespace: string;
}

process.on("message", ({ request, paths, programFolders, kubeconfig, namespace }: Order) => {
  const transport = new Transport({ credentials: loadCredentials({ kubeconfig }), clock: systemClock });
  const client = new KubeClient(transport, { fieldManager: "test" });
  const runner = new StackRunner({
    clock: systemClock,
    paths,
    programFolders,
    states: new SecretStates({ client, namespace, identity: "to-be-killed", now: systemClock.now }),
    acquireLease: async () => ({
      remaining: seconds(60),
      lost: new AbortController().signal,
      release: async () => undefined,
    }),
    token: async () => readFileSync(kubeconfig, "utf8"),
  });
  runner.ensure(request);
});
