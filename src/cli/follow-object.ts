import type { KubeObject } from "../api/object.ts";
import { type Duration, seconds } from "../base/duration.ts";
import { Reflector } from "../kube/reflector.ts";
import { ReflectorGroup } from "../kube/reflector-group.ts";
import type { ResourceType } from "../kube/resources.ts";
import type { Cancel } from "../ports/clock.ts";
import type { Cluster } from "./cluster.ts";

export interface FollowObjectOptions<T extends KubeObject> {
  readonly cluster: Cluster;
  readonly type: ResourceType<T>;
  /** The object as it was read: followed by its uid, so that a namesake made later is never taken for it. */
  readonly object: T;
  readonly isFinished: (object: T) => boolean;
  readonly timeout: Duration;
  readonly signal: AbortSignal;
  /** Every state that is seen, the present one first. */
  readonly onState?: (object: T) => void;
  /** Called again and again, for a clock on the screen. */
  readonly onTick?: () => void;
}

export interface FollowObjectEnd<T> {
  /** `gone`: the object is not there any more and was not seen finished. */
  readonly kind: "finished" | "gone" | "timeout" | "interrupted";
  /** As it was last seen. */
  readonly object: T;
}

const TICK = seconds(1);

/** Follows an object by a watch, which repairs itself, until it is finished, gone, or the time is over. */
export async function followObject<T extends KubeObject>(
  options: FollowObjectOptions<T>,
): Promise<FollowObjectEnd<T>> {
  const { cluster, type, timeout, signal, isFinished } = options;
  const { name, namespace, uid } = options.object.metadata;
  const { promise, resolve } = Promise.withResolvers<FollowObjectEnd<T>>();
  let last = options.object;
  const end = (kind: FollowObjectEnd<T>["kind"]): void => resolve({ kind, object: last });
  const take = (object: T): void => {
    if (object.metadata.uid !== uid) {
      end("gone");
      return;
    }
    last = object;
    options.onState?.(object);
    if (isFinished(object)) end("finished");
  };
  const reflector = new Reflector<T>({
    client: cluster.client,
    clock: cluster.clock,
    type,
    selection: { ...(namespace === undefined ? {} : { namespace }), fieldSelector: `metadata.name=${name}` },
  });
  take(options.object);
  if (isFinished(options.object)) return promise;
  const over = new AbortController();
  const interrupt = (): void => end("interrupted");
  signal.addEventListener("abort", interrupt, { once: true });
  if (signal.aborted) interrupt();
  const cancels: Cancel[] = [
    cluster.clock.after(timeout, () => end("timeout")),
    every(cluster, () => options.onTick?.()),
  ];
  reflector.subscribe((change) => (change.kind === "deleted" ? end("gone") : take(change.object)));
  reflector.start();
  const synced = new ReflectorGroup([reflector], cluster.clock).whenSynced(timeout, over.signal);
  void synced.then((all) => {
    // Deleted between the first read and the first list: no event will tell.
    if (all && reflector.store.size === 0) end("gone");
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
