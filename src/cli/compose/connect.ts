import { instant } from "../../base/instant.ts";
import { KubeClient } from "../../kube/client.ts";
import { loadCredentials } from "../../kube/credentials.ts";
import { Transport } from "../../kube/transport.ts";
import { systemClock } from "../../telemetry/system-clock.ts";
import type { Cluster, GlobalOptions } from "../cluster.ts";

/**
 * Connects with the credentials of the person who runs the command.
 * @throws CredentialsError that says what was looked for
 */
export function connect(options: GlobalOptions, version: string): Cluster {
  const credentials = loadCredentials({ kubeconfig: options.kubeconfig, context: options.context });
  const clock = systemClock;
  const transport = new Transport({ credentials, clock, userAgent: `bascule-cli/${version}` });
  return {
    client: new KubeClient(transport, { fieldManager: "bascule-cli" }),
    namespace: options.namespace ?? credentials.namespace,
    server: credentials.server,
    clock,
    now: () => transport.serverClock.now() ?? instant(clock.now()),
    close: () => transport.close(),
  };
}
