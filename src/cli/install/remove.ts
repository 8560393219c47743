import { type Duration, milliseconds, seconds } from "../../base/duration.ts";
import { sleep } from "../../kube/sleep.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { EXIT } from "../exit-codes.ts";
import { DEPLOYMENTS, PODS } from "../resource-types.ts";
import { typeOfManifest } from "./kinds.ts";
import type { Manifest } from "./render.ts";
import { CONTROLLER, CONTROLLER_PODS } from "./settings.ts";

const LOOK = milliseconds(250);
const DEADLINE = seconds(15);

/** Ends the controllers and waits until none is left: what one still runs would put back what is taken away. */
export async function endControllers(
  cluster: Cluster,
  namespace: string,
  wait: { readonly timeout: Duration; readonly signal: AbortSignal },
): Promise<void> {
  const { client, clock } = cluster;
  const gone = await client.delete(DEPLOYMENTS, { namespace, name: CONTROLLER }, { deadline: DEADLINE });
  if (!gone.ok && gone.error.kind !== "notFound") throw gone.error;
  const end = clock.monotonic() + wait.timeout;
  for (;;) {
    const pods = await client.list(PODS, { namespace, labelSelector: CONTROLLER_PODS, deadline: DEADLINE });
    if (!pods.ok) throw pods.error;
    if (pods.value.items.length === 0) return;
    if (clock.monotonic() + LOOK >= end || !(await sleep(clock, LOOK, wait.signal)))
      throw new CliFailure(
        `pod ${pods.value.items[0]?.metadata.name} of the controller does not end; nothing else was removed`,
        wait.signal.aborted ? EXIT.interrupted : EXIT.timeout,
      );
  }
}

/** Deletes what an installation consists of, in the reverse of the order in which it was applied. @returns what was there */
export async function removeManifests(
  { client }: Cluster,
  manifests: readonly Manifest[],
): Promise<readonly Manifest[]> {
  const removed: Manifest[] = [];
  for (const object of [...manifests].reverse()) {
    const gone = await client.delete(typeOfManifest(object), object.metadata, { deadline: DEADLINE });
    if (gone.ok) removed.push(object);
    else if (gone.error.kind !== "notFound") throw gone.error;
  }
  return removed;
}
