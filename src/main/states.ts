import { type Duration, hours, milliseconds, minutes } from "../base/duration.ts";
import type { KubeClient } from "../kube/client.ts";
import { sleep } from "../kube/sleep.ts";
import type { Cancel } from "../ports/clock.ts";
import type { StackPaths } from "../stacks/environment.ts";
import { SecretStates, type SecretStatesOptions } from "../stacks/state/secret-states.ts";
import type { StackStates } from "../stacks/state/stack-states.ts";
import { StateSweep } from "../stacks/state/state-sweep.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import type { Base } from "./base.ts";
import { namespaceOf, type Settings } from "./settings.ts";

/** Where Pulumi keeps the stacks' state by itself: in a folder, unless the setting is a URL. */
export const backendOf = ({ backend }: Settings): Pick<StackPaths, "backend"> =>
  backend === "cluster" || backend === "file" ? {} : { backend };

/** What keeps the state in Pulumi's place, by default. */
export const statesOf = (
  { backend }: Settings,
  options: SecretStatesOptions,
): { readonly states?: StackStates } => (backend === "cluster" ? { states: new SecretStates(options) } : {});

/** The first when all that waited for a leader has long been done, the others a few times a day. */
const [FIRST, EVERY] = [minutes(5), hours(6)];

/** Removes states of namespaces that are gone, again and again; not where a controller can't see other namespaces. */
export function sweepStates({ settings, credentials, now, log }: Base, client: KubeClient): Cancel {
  const ended = new AbortController();
  const { signal } = ended;
  const sweeper = new StateSweep({ client, namespace: namespaceOf(settings, credentials), now });
  const sweep = async (): Promise<void> => {
    try {
      const stacks = await sweeper.sweep(signal);
      if (stacks.length > 0) log.info({ stacks }, "states of namespaces that are gone were removed");
    } catch (cause) {
      log.warn({ reason: String(cause) }, "states of namespaces that are gone could not be looked for");
    }
  };
  const run = async (first: Duration): Promise<void> => {
    for (let wait = first; await sleep(systemClock, wait, signal); wait = jittered(EVERY)) await sweep();
  };
  if (settings.backend === "cluster" && settings.watchNamespace.length === 0) void run(jittered(FIRST));
  return () => ended.abort();
}

const jittered = (wait: Duration): Duration => milliseconds(wait * (0.75 + 0.5 * Math.random()));
