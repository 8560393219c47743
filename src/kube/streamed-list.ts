import { type Duration, minutes } from "../base/duration.ts";
import { KubeError } from "./kube-error.ts";
import { type KubeObject, keyOf, type ObjectKey } from "./kube-object.ts";
import type { Listed } from "./lister.ts";
import { type Entry, entryOf } from "./object-store.ts";
import type { ReflectorSettings } from "./reflector-options.ts";
import { ingest } from "./trim.ts";
import type { WatchEvent } from "./watch-stream.ts";

/** What a streamed list may take in all, however lively it is; shorter than any watch is asked to last. */
export const STREAM_DEADLINE: Duration = minutes(3);
/** How often in a row a server may ask to come back later; then it is asked for pages. */
export const MOST_PUT_OFF = 5;
/** Where a streamed list is cut off because it never ends; as many objects as the most pages of the usual size have. */
const MOST_OBJECTS = 200_000;
/** The mark of the bookmark that ends what was there when the watch began. */
const END = "k8s.io/initial-events-end";

/**
 * The beginning of a watch that sends first what there is: together a list of one moment. It is gathered apart from the
 * store, because a part of it says nothing about what is missing.
 */
export class StreamedList<T extends KubeObject> {
  readonly #settings: ReflectorSettings<T>;
  readonly #entries = new Map<ObjectKey, Entry<T>>();

  constructor(settings: ReflectorSettings<T>) {
    this.#settings = settings;
  }

  /** Each object is trimmed as it comes. @returns the whole list with its last event. @throws KubeError for one without an end */
  take({ type, object }: WatchEvent): Listed<T> | undefined {
    const { metadata } = object;
    if (type === "BOOKMARK") {
      if (metadata.annotations?.[END] !== "true") return undefined;
      return { resourceVersion: metadata.resourceVersion ?? "", entries: [...this.#entries.values()] };
    }
    const key = keyOf(object);
    // What changes while the list is sent comes in between.
    if (type === "DELETED") this.#entries.delete(key);
    else this.#entries.set(key, entryOf(object, ingest(this.#settings, object)));
    if (this.#entries.size > MOST_OBJECTS)
      throw new KubeError({
        kind: "malformed",
        message: `${this.#settings.type.plural}: the streamed list has no end`,
      });
    return undefined;
  }
}

/** Whether a server says that it does not serve this at all, so that waiting would not help. */
export const isRefusal = ({ kind }: KubeError): boolean =>
  kind === "invalid" || kind === "unsupported" || kind === "forbidden" || kind === "notFound";
