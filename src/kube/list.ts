import type { Duration } from "../base/duration.ts";
import { err, ok, type Result } from "../base/result.ts";
import { KubeError } from "./kube-error.ts";
import type { KubeObject } from "./kube-object.ts";
import { apiVersionOf, type ResourceType } from "./resources.ts";

/** What both lists and watches select by. */
export interface Selection {
  /** Without it, every namespace. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends Selection {
  /** Only `metadata` of each object: all that tells which there are, in which version. */
  readonly metadataOnly?: boolean | undefined;
  readonly pageSize?: number | undefined;
  /** The token of the page before. */
  readonly next?: string | undefined;
  readonly attempts?: number | undefined;
  readonly maxBytes?: number | undefined;
  readonly deadline?: Duration | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  /** The moment that the whole list shows, the same on each of its pages. */
  readonly resourceVersion: string;
  readonly next: string | undefined;
}

/** Few enough that a page of releases of the largest size stays below what an answer may have, and that many lists at once leave little behind. */
export const PAGE_SIZE = 100;

/** Asks for metadata alone; a server that can't do that sends the whole objects. */
export const METADATA_ONLY =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

export const listQuery = (options: ListOptions): Readonly<Record<string, string | undefined>> => ({
  labelSelector: options.labelSelector,
  fieldSelector: options.fieldSelector,
  limit: String(options.pageSize ?? PAGE_SIZE),
  continue: options.next,
});

/**
 * Reads the answer of a list. Built-in types leave apiVersion and kind out of list items; they are put back,
 * so that an object from a list equals the same object from a watch.
 */
export function readPage<T extends KubeObject>(
  type: ResourceType<T>,
  answer: unknown,
): Result<ListPage<T>, KubeError> {
  const list = answer as {
    readonly items?: readonly T[] | null;
    readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  } | null;
  if (list?.metadata?.resourceVersion === undefined || !areObjects(list.items ?? []))
    return err(new KubeError({ kind: "malformed", message: `${type.plural}: the answer is no list` }));
  const head = { apiVersion: apiVersionOf(type), kind: type.kind };
  return ok({
    items: (list.items ?? []).map((item) => (item.apiVersion === undefined ? { ...head, ...item } : item)),
    resourceVersion: list.metadata.resourceVersion,
    next: list.metadata.continue || undefined,
  });
}

/** One item that is none would stop the whole watch, again and again, if it got through. */
const areObjects = (items: unknown): boolean =>
  Array.isArray(items) &&
  items.every(
    (item: Partial<KubeObject> | null) => typeof item?.metadata === "object" && item.metadata !== null,
  );
