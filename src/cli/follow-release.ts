import type { Release } from "../api/release.ts";
import { type Duration, seconds } from "../base/duration.ts";
import { isFinished, phaseOf } from "../core/plan/phases.ts";
import { Reflector } from "../kube/reflector.ts";
import { ReflectorGroup } from "../kube/reflector-group.ts";
import type { Cancel } from "../ports/clock.ts";
import type { Cluster } from "./cluster.ts";
import { RELEASES } from "./resource-types.ts";

export interface FollowOptions {
  readonly cluster: Cluster;
  /** The release as it was read: followed by its uid, so that a namesake made later is never taken for it. */
  readonly release: Release;
  readonly timeout: Duration;
  readonly signal: AbortSignal;
  /** Every state that is seen, the present one first. */
  readonly onState?: (release: Release) => void;
  /** Called again and again, for a clock on the screen. */
  readonly onTick?: () => void;
}

export type FollowEnd =
  | { readonly kind: "finished"; readonly release: Release }
  /** The object is gone without having been seen finished. */
  | { readonly kind: "gone"; readonly release: Release }
  | { readonly kind: "timeout"; readonly release: Release }
  | { readonly kind: "interrupted"; readonly release: Release };

const TICK = seconds(1);

/** Follows a release by a watch, which repairs itself, until it is finished, gone, or the time is over. */
export async function followRelease(options: FollowOptions): Promise<FollowEnd> {
  const { cluster, timeout, signal } = options;
  const { name, namespace, uid } = options.release.metadata;
  const { promise, resolve } = Promise.withResolvers<FollowEnd>();
  let last = options.release;
  const take = (release: Release): void => {
    if (release.metadata.uid !== uid) {
      resolve({ kind: "gone", release: last });
      return;
    }
    last = release;
    options.onState?.(release);
    if (isFinished(phaseOf(release))) resolve({ kind: "finished", release });
  };
  const reflector = new Reflector({
    client: cluster.client,
    clock: cluster.clock,
    type: RELEASES,
    selection: { namespace, fieldSelector: `metadata.name=${name}` },
  });
  take(options.release);
  if (isFinished(phaseOf(options.release))) return promise;
  const over = new AbortController();
  const interrupt = (): void => resolve({ kind: "interrupted", release: last });
  signal.addEventListener("abort", interrupt, { once: true });
  if (signal.aborted) interrupt();
  const cancels: Cancel[] = [
    cluster.clock.after(timeout, () => resolve({ kind: "timeout", release: last })),
    every(cluster, () => options.onTick?.()),
  ];
  reflector.subscribe((change) =>
    change.kind === "deleted" ? resolve({ kind: "gone", release: last }) : take(change.object),
  );
  reflector.start();
  const synced = new ReflectorGroup([reflector], cluster.clock).whenSynced(timeout, over.signal);
  void synced.then((all) => {
    // Deleted between the first read and the first list: no event will tell.
    if (all && reflector.store.size === 0) resolve({ kind: "gone", release: last });
  });
  try {
    return await promise;
  } finally {
    for (const cancel of cancels) cancel();
    // A reflector that was stopped never lists, and waiting for it would keep the process.
    over.abort();
    signal.removeEventListener("abort", interrupt);
    await reflector.stop();
  }
}

function every(cluster: Cluster, run: () => void): Cancel {
  let cancel: Cancel = () => {};
  const again = (): void => {
    cancel = cluster.clock.after(TICK, () => {
      run();
      again();
    });
  };
  again();
  return () => cancel();
}
