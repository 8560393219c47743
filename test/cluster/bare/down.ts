import { rmSync } from "node:fs";
import { milliseconds, seconds } from "../../../src/base/duration.ts";
import { isAlive, signal } from "../lib/identity.ts";
import { waitUntil } from "../lib/wait.ts";
import { removeCgroups } from "./cgroups.ts";
import { wakeComponents } from "./component.ts";
import type { Layout } from "./layout.ts";
import { keeperOf, readNodeRecord } from "./namespaces.ts";
import { removeLink } from "./network.ts";

/**
 * Ends what an earlier start recorded and removes link, groups and state. Also right after a crash in the middle
 * of a start, after a reboot, and when there is nothing. The caller holds the cluster's lock.
 */
export async function removeNode(layout: Layout): Promise<void> {
  const keeper = keeperOf(layout);
  if (keeper) {
    const init = readNodeRecord(layout)?.init;
    if (init)
      signal(init, "SIGKILL"); // the kernel ends the rest of the namespace with it
    else signal(keeper, "SIGKILL"); // a start that did not get as far as an init
    wakeComponents(layout);
    const gone = (): boolean => !isAlive(keeper) && !(init && isAlive(init));
    await waitUntil("the node's processes have ended", gone, {
      deadline: seconds(30),
      every: milliseconds(20),
    });
  }
  await removeLink(layout);
  await removeCgroups(layout);
  rmSync(layout.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
