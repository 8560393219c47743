import type { KubeClient } from "../kube/client.ts";
import type { Fence } from "../kube/fence.ts";
import type { StackPaths } from "../stacks/environment.ts";
import { kubeLeases } from "../stacks/kube-lease.ts";
import { serviceAccountTokens } from "../stacks/kube-token.ts";
import { StackRunner } from "../stacks/runner.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import type { Base } from "./base.ts";
import { leaseDuration, namespaceOf, type Settings } from "./settings.ts";
import { backendOf, statesOf } from "./states.ts";

/** Where stacks are worked on. */
export const stackPaths = (settings: Settings): StackPaths => ({
  pulumi: settings.pulumi,
  home: settings.home,
  passphraseFile: settings.passphraseFile,
  ...(settings.provider === undefined ? {} : { providerFolder: settings.provider }),
  ...backendOf(settings),
});

/** Pulumi's operations, as the settings say. Their workers end with the Lease of their stack, and behind a fence with that. */
export function makeStacks(
  { settings, credentials, identity, now, log, telemetry }: Base,
  client: KubeClient,
  fence: Fence | undefined,
): StackRunner {
  const namespace = namespaceOf(settings, credentials);
  return new StackRunner({
    clock: systemClock,
    log,
    metrics: telemetry.releases,
    paths: stackPaths(settings),
    programFolders: settings.programs,
    acquireLease: kubeLeases({
      ...{ client, log, identity, namespace },
      clock: systemClock,
      duration: leaseDuration(settings),
      ...(fence === undefined ? {} : { fence }),
    }),
    ...statesOf(settings, { client, namespace, identity, now }),
    token: async (account) => {
      const { ca } = (await credentials.access()).tls;
      const address = { server: credentials.server, ...(ca === undefined ? {} : { ca: ca.toString() }) };
      return serviceAccountTokens(client, address)(account);
    },
    workers: settings.stackWorkers,
  });
}
