import { err, ok, type Result } from "../base/result.ts";
import type { Census } from "./audit.ts";
import { KubeError } from "./kube-error.ts";
import { type KubeObject, keyOf, type ObjectKey } from "./kube-object.ts";
import { type Entry, entryOf } from "./object-store.ts";
import { PAGE_DEADLINE, type ReflectorSettings } from "./reflector-options.ts";
import { ingest } from "./trim.ts";

/** Where a list is cut off because it never ends: a server that hands out page tokens for ever. */
const MOST_PAGES = 2_000;

export interface Listed<T> {
  readonly resourceVersion: string;
  readonly entries: readonly Entry<T>[];
}

/** Walks all pages. Each is trimmed before the next is asked for, and other work gets its turn in between. */
async function eachPage<T extends KubeObject>(
  settings: ReflectorSettings<T>,
  { signal, metadataOnly = false }: { readonly signal: AbortSignal; readonly metadataOnly?: boolean },
  onItems: (items: readonly T[]) => void,
): Promise<Result<string, KubeError>> {
  const { client, type, selection, pageSize } = settings;
  let next: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const limits = { pageSize, next, signal, deadline: PAGE_DEADLINE, attempts: 1 };
    const options = { ...selection, ...limits, metadataOnly };
    const page = await client.listPage(type, options);
    if (!page.ok) return page;
    onItems(page.value.items);
    next = page.value.next;
    if (next === undefined) return ok(page.value.resourceVersion);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return err(new KubeError({ kind: "malformed", message: `${type.plural}: the list has no end` }));
}

/** The whole list, trimmed. A page token that expires in the middle starts it once more at once; then it is a failure. */
export async function listAll<T extends KubeObject>(
  settings: ReflectorSettings<T>,
  signal: AbortSignal,
): Promise<Result<Listed<T>, KubeError>> {
  for (let attempt = 1; ; attempt++) {
    const entries: Entry<T>[] = [];
    const done = await eachPage(settings, { signal }, (items) => {
      for (const item of items) entries.push(entryOf(item, ingest(settings, item)));
    });
    if (done.ok) return ok({ resourceVersion: done.value, entries });
    if (done.error.kind !== "gone" || attempt > 1) return done;
  }
}

/** Only names and versions, for comparing with the store. */
export async function takeCensus<T extends KubeObject>(
  settings: ReflectorSettings<T>,
  signal: AbortSignal,
): Promise<Result<Census, KubeError>> {
  const versions = new Map<ObjectKey, string>();
  const done = await eachPage(settings, { signal, metadataOnly: true }, (items) => {
    for (const item of items) versions.set(keyOf(item), item.metadata.resourceVersion ?? "");
  });
  return done.ok ? ok({ resourceVersion: done.value, versions }) : done;
}
