import { type Duration, milliseconds } from "../base/duration.ts";
import type { ChangeHandler } from "./handlers.ts";
import type { KubeObject } from "./kube-object.ts";
import { MergedStore } from "./merged-store.ts";
import type { ReadStore } from "./object-store.ts";
import { Reflector } from "./reflector.ts";
import type { Member } from "./reflector-group.ts";
import type { ReflectorOptions } from "./reflector-options.ts";

/** A resource that is kept known, wherever its objects come from. */
export interface Watched<T extends KubeObject> extends Member {
  readonly store: ReadStore<T>;
  /** Has each change told from now on; what is in the store already is told first. @returns what ends it */
  subscribe(handler: ChangeHandler<T>): () => void;
}

/** Keeps a resource known in some namespaces only, by a watch for each; of no namespace it knows nothing, and is content. */
export function watchNamespaces<T extends KubeObject>(
  options: ReflectorOptions<T>,
  namespaces: readonly string[],
): Watched<T> {
  const { selection } = options;
  const members = namespaces.map((namespace) => ({
    namespace,
    reflector: new Reflector({ ...options, selection: { ...selection, namespace } }),
  }));
  const reflectors = members.map(({ reflector }) => reflector);
  return {
    // One name for all: what is named after namespaces grows with them.
    name: [options.type.plural, selection?.labelSelector].filter((part) => part !== undefined).join("/"),
    store: new MergedStore(new Map(members.map(({ namespace, reflector }) => [namespace, reflector.store]))),
    get synced(): boolean {
      return reflectors.every(({ synced }) => synced);
    },
    get silence(): Duration {
      return milliseconds(Math.max(0, ...reflectors.map(({ silence }) => silence)));
    },
    subscribe(handler) {
      const ends = reflectors.map((reflector) => reflector.subscribe(handler));
      return () => {
        for (const end of ends) end();
      };
    },
    start() {
      for (const reflector of reflectors) reflector.start();
    },
    renew(silent) {
      for (const reflector of reflectors) reflector.renew(silent);
    },
    async stop() {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
    },
  };
}
