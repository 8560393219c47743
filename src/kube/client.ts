import type { Duration } from "../base/duration.ts";
import { err, ok, type Result } from "../base/result.ts";
import { KubeError } from "./kube-error.ts";
import type { KubeObject, ObjectRef } from "./kube-object.ts";
import { type ListOptions, type ListPage, listQuery, METADATA_ONLY, readPage } from "./list.ts";
import { mergePatchBody, type PatchOp, statusPatch, withVersion } from "./patch.ts";
import type { KubeRequest } from "./request.ts";
import { apiVersionOf, collectionPath, objectPath, type ResourceType } from "./resources.ts";
import type { Transport } from "./transport.ts";

export interface CallOptions {
  readonly deadline?: Duration | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends CallOptions {
  /** `Strict` refuses unknown and doubled fields; the server's default only warns. */
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore";
  /** The server checks and answers as always, and stores nothing. */
  readonly dryRun?: boolean;
  /** Default: the client's own. Server-side apply needs it constant for a purpose. */
  readonly fieldManager?: string;
  /** `status`, `scale`, `token` … */
  readonly subresource?: string;
  /** Doing it twice is as good as once, so that it may be sent again when its answer was lost. */
  readonly repeatable?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  /** Take fields over from other managers instead of being told about them. */
  readonly force?: boolean;
}

export interface DeleteOptions extends CallOptions {
  /** Delete only this very object, not one of the same name made meanwhile. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagation?: "Background" | "Foreground" | "Orphan";
  readonly dryRun?: boolean;
}

type Reply<T> = Promise<Result<T, KubeError>>;

/** No list grows beyond this in memory; larger collections are for reflectors with a projection. */
const MOST_ITEMS = 50_000;

/** Reads and writes objects as raw JSON. Failures are values; a mistake in the call (no name, no namespace) is thrown. */
export class KubeClient {
  readonly transport: Transport;
  readonly fieldManager: string;

  constructor(transport: Transport, options: { readonly fieldManager: string }) {
    this.transport = transport;
    this.fieldManager = options.fieldManager;
  }

  get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options: CallOptions = {}): Reply<T> {
    return this.transport.json<T>({ method: "GET", path: objectPath(type, ref), ...limits(options) });
  }

  /** One page; go on with its `next`. Items carry apiVersion and kind as single objects do. */
  async listPage<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): Reply<ListPage<T>> {
    const path = collectionPath(type, options.namespace);
    const { attempts, maxBytes, metadataOnly } = options;
    const page = {
      method: "GET",
      accept: metadataOnly ? METADATA_ONLY : undefined,
      path,
      query: listQuery(options),
      attempts,
      maxBytes,
      ...limits(options),
    } as const;
    const answer = await this.transport.json<unknown>(page);
    return answer.ok ? readPage(type, answer.value) : answer;
  }

  /** Everything, page after page. When a page token expires in the middle, the caller gets `gone` and may start again. */
  async list<T extends KubeObject>(
    type: ResourceType<T>,
    options: ListOptions = {},
  ): Reply<{ readonly items: readonly T[]; readonly resourceVersion: string }> {
    const items: T[] = [];
    let next = options.next;
    for (;;) {
      const page = await this.listPage(type, { ...options, next });
      if (!page.ok) return page;
      items.push(...page.value.items);
      if (items.length > MOST_ITEMS) return err(tooMany(type));
      next = page.value.next;
      if (next === undefined) return ok({ items, resourceVersion: page.value.resourceVersion });
    }
  }

  create<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Reply<T> {
    const { namespace, name } = object.metadata;
    const path = options.subresource
      ? objectPath(type, { name, namespace }, options.subresource)
      : collectionPath(type, type.namespaced ? needNamespace(type, object.metadata) : undefined);
    return this.#write<T>({ method: "POST", path, body: object }, options);
  }

  /** Replaces the whole object; it must carry the resourceVersion that was read. */
  replace<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Reply<T> {
    if (!object.metadata.resourceVersion)
      throw new TypeError(`replacing ${type.kind} needs metadata.resourceVersion`);
    return this.#write<T>(
      { method: "PUT", path: objectPath(type, object.metadata, options.subresource), body: object },
      options,
    );
  }

  /**
   * Server-side apply: `object` holds the fields that the manager wants to own and nothing else.
   * A refusal because of other managers is a `conflict` whose `conflicts` name field and manager.
   */
  apply<T extends KubeObject>(
    type: ResourceType<T>,
    object: KubeObject,
    options: ApplyOptions = {},
  ): Reply<T> {
    const body = { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
    const path = objectPath(type, object.metadata, options.subresource);
    const contentType = "application/apply-patch+yaml";
    return this.#write<T>(
      { method: "PATCH", path, body, contentType, idempotent: true },
      options,
      options.force,
    );
  }

  /** JSON patch. With `resourceVersion` somebody else's write in between gives `conflict`. */
  jsonPatch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    ops: readonly PatchOp[],
    options: WriteOptions & { readonly resourceVersion?: string | undefined } = {},
  ): Reply<T> {
    const body = withVersion(ops, options.resourceVersion);
    const path = objectPath(type, ref, options.subresource);
    return this.#write<T>(
      { method: "PATCH", path, body, contentType: "application/json-patch+json" },
      options,
    );
  }

  mergePatch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    patch: Readonly<Record<string, unknown>>,
    options: WriteOptions & { readonly resourceVersion?: string | undefined } = {},
  ): Reply<T> {
    const body = mergePatchBody(patch, options.resourceVersion);
    const path = objectPath(type, ref, options.subresource);
    return this.#write<T>(
      { method: "PATCH", path, body, contentType: "application/merge-patch+json" },
      options,
    );
  }

  /** Writes the whole status of the object that was read as `resourceVersion`; `conflict` when it has changed since. */
  replaceStatus<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    write: { readonly resourceVersion: string; readonly status: unknown },
    options: CallOptions = {},
  ): Reply<T> {
    return this.patchStatus<T>(
      type,
      ref,
      { ...write, ops: [{ op: "add", path: "", value: write.status }] },
      options,
    );
  }

  /** Writes parts of the status: paths are relative to it. Guarded like `replaceStatus`. */
  patchStatus<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    write: { readonly resourceVersion: string; readonly ops: readonly PatchOp[] },
    options: CallOptions = {},
  ): Reply<T> {
    const ops = statusPatch(write.ops);
    return this.jsonPatch<T>(type, ref, ops, {
      ...options,
      resourceVersion: write.resourceVersion,
      subresource: "status",
    });
  }

  /** Asks for deletion; `ok` says that it was accepted, finalizers may hold it. Retried when a uid makes that safe. */
  async delete(type: ResourceType, ref: ObjectRef, options: DeleteOptions = {}): Reply<void> {
    const { uid, resourceVersion, propagation, dryRun } = options;
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: propagation ?? "Background",
      ...(uid === undefined && resourceVersion === undefined
        ? {}
        : { preconditions: { uid, resourceVersion } }),
      ...(dryRun ? { dryRun: ["All"] } : {}),
    };
    const path = objectPath(type, ref);
    const answer = await this.transport.text({
      method: "DELETE",
      path,
      body,
      idempotent: uid !== undefined,
      ...limits(options),
    });
    return answer.ok ? ok(undefined) : answer;
  }

  /** Text of a subresource (a pod's `log`), at most `maxBytes`. */
  readText(
    type: ResourceType,
    ref: ObjectRef,
    read: CallOptions & {
      readonly subresource: string;
      readonly query?: Readonly<Record<string, string | undefined>>;
      readonly maxBytes: number;
    },
  ): Reply<string> {
    const path = objectPath(type, ref, read.subresource);
    return this.transport.text({
      method: "GET",
      path,
      query: read.query,
      maxBytes: read.maxBytes,
      ...limits(read),
    });
  }

  #write<T>(request: KubeRequest, options: WriteOptions, force?: boolean): Reply<T> {
    const query = {
      fieldManager: options.fieldManager ?? this.fieldManager,
      fieldValidation: options.fieldValidation,
      dryRun: options.dryRun ? "All" : undefined,
      force: force ? "true" : undefined,
    };
    const idempotent = request.idempotent ?? options.repeatable;
    return this.transport.json<T>({ ...request, query, idempotent, ...limits(options) });
  }
}

const tooMany = (type: ResourceType): KubeError =>
  new KubeError({
    kind: "tooLarge",
    message: `${type.plural}: more than ${MOST_ITEMS} objects; narrow it by label or namespace`,
  });

const limits = ({ deadline, signal }: CallOptions): CallOptions => ({ deadline, signal });

function needNamespace(type: ResourceType, ref: ObjectRef): string {
  if (!ref.namespace) throw new TypeError(`${type.kind} "${ref.name}" needs a namespace`);
  return ref.namespace;
}
