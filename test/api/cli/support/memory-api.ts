import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { KubeObject } from "../../../../src/kube/kube-object.ts";

/** An object with whatever spec and status a test gives it. */
export type AnyObject = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

interface Watcher {
  readonly collection: string;
  readonly name: string | undefined;
  readonly response: ServerResponse;
}

const PLURALS: Readonly<Record<string, string>> = {
  ReleasePlan: "/apis/bascule.dev/v1alpha1/namespaces/NS/releaseplans",
  Release: "/apis/bascule.dev/v1alpha1/namespaces/NS/releases",
  Verification: "/apis/bascule.dev/v1alpha1/namespaces/NS/verifications",
  ConfigMap: "/api/v1/namespaces/NS/configmaps",
  ResourceQuota: "/api/v1/namespaces/NS/resourcequotas",
};

/** What a bookmark has that ends a streamed list. */
const INITIAL_EVENTS_END = { "k8s.io/initial-events-end": "true" };

/** A small API server: objects in memory over real HTTP, with list, watch, create and merge patch. */
export class MemoryApi {
  readonly requests: SeenRequest[] = [];
  /** Name that SelfSubjectReview tells. */
  username = "alice@example.com";
  /** Answers instead of the server when it returns a code and a Status. */
  refuse: (request: SeenRequest) => { readonly code: number; readonly status: object } | undefined = () =>
    undefined;
  readonly #objects = new Map<string, AnyObject>();
  readonly #watchers = new Set<Watcher>();
  readonly #server: Server;
  #version = 0;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get writes(): readonly SeenRequest[] {
    return this.requests.filter((r) => r.method !== "GET" && !r.path.endsWith("/selfsubjectreviews"));
  }

  get watching(): number {
    return this.#watchers.size;
  }

  get(kind: string, name: string, namespace = "ns"): AnyObject | undefined {
    return this.#objects.get(`${pathOf(kind, namespace)}/${name}`);
  }

  /** Puts an object in, or changes it, and tells the watches. */
  put(object: AnyObject): AnyObject {
    const { name, namespace = "ns" } = object.metadata;
    return this.#store(`${pathOf(object.kind, namespace)}/${name}`, object);
  }

  remove(kind: string, name: string): void {
    const path = `${pathOf(kind, "ns")}/${name}`;
    const object = this.#objects.get(path);
    this.#objects.delete(path);
    if (object !== undefined) this.#tell(path, "DELETED", object);
  }

  #store(path: string, object: AnyObject): AnyObject {
    const old = this.#objects.get(path);
    const uid = object.metadata.uid ?? old?.metadata.uid ?? `uid-${this.#version + 1}`;
    this.#version += 1;
    const creationTimestamp = object.metadata.creationTimestamp ?? new Date().toISOString();
    const metadata = {
      namespace: "ns",
      ...object.metadata,
      uid,
      creationTimestamp,
      resourceVersion: String(this.#version),
    };
    const stored = { ...object, metadata };
    this.#objects.set(path, stored);
    this.#tell(path, old === undefined ? "ADDED" : "MODIFIED", stored);
    return stored;
  }

  #tell(path: string, type: string, object: AnyObject): void {
    for (const w of this.#watchers) {
      const inside = path.startsWith(`${w.collection}/`);
      if (inside && (w.name === undefined || w.name === object.metadata.name))
        w.response.write(`${JSON.stringify({ type, object })}\n`);
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const url = new URL(request.url ?? "/", "http://local");
    const seen: SeenRequest = {
      method: request.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      body: text === "" ? undefined : JSON.parse(text),
    };
    this.requests.push(seen);
    const refused = this.refuse(seen);
    if (refused !== undefined) reply(response, refused.code, { kind: "Status", ...refused.status });
    else if (seen.method === "GET") this.#read(seen, response);
    else if (seen.method === "POST") this.#create(seen, response);
    else if (seen.method === "DELETE") this.#delete(seen, response);
    else this.#patch(seen, response);
  }

  #read({ path, query }: SeenRequest, response: ServerResponse): unknown {
    const object = this.#objects.get(path);
    if (object !== undefined) return reply(response, 200, object);
    const collection = /\/(releaseplans|releases|verifications|resourcequotas|configmaps)$/.test(path);
    if (!collection) return reply(response, 404, notFound(path));
    const labels = (query.get("labelSelector") ?? "").split(",").filter((part) => part !== "");
    const name = query.get("fieldSelector")?.replace("metadata.name=", "");
    const items = [...this.#objects.entries()]
      .filter(([at, o]) => at.startsWith(`${path}/`) && (name === undefined || o.metadata.name === name))
      .map(([, o]) => o)
      .filter((o) => labels.every((l) => o.metadata.labels?.[l.split("=")[0] ?? ""] === l.split("=")[1]));
    if (query.get("watch") === "true") {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      if (query.get("sendInitialEvents") === "true") {
        for (const object of items) response.write(`${JSON.stringify({ type: "ADDED", object })}\n`);
        const metadata = { resourceVersion: `${this.#version}`, annotations: INITIAL_EVENTS_END };
        response.write(`${JSON.stringify({ type: "BOOKMARK", object: { metadata } })}\n`);
      }
      const watcher = { collection: path, name, response };
      this.#watchers.add(watcher);
      return response.on("close", () => this.#watchers.delete(watcher));
    }
    return reply(response, 200, { metadata: { resourceVersion: String(this.#version) }, items });
  }

  #create({ path, query, body }: SeenRequest, response: ServerResponse): unknown {
    const object = body as AnyObject;
    if (path.endsWith("/selfsubjectreviews"))
      return reply(response, 201, { ...object, status: { userInfo: { username: this.username } } });
    const { name = `${object.metadata.generateName}${++this.#version}` } = object.metadata as Partial<
      AnyObject["metadata"]
    >;
    const named = { ...object, metadata: { ...object.metadata, name } };
    const at = `${path}/${name}`;
    if (this.#objects.has(at))
      return reply(response, 409, {
        kind: "Status",
        reason: "AlreadyExists",
        message: `${object.metadata.name} already exists`,
      });
    return reply(response, 201, query.get("dryRun") === "All" ? named : this.#store(at, named));
  }

  #delete({ path }: SeenRequest, response: ServerResponse): unknown {
    const object = this.#objects.get(path);
    if (object === undefined) return reply(response, 404, notFound(path));
    this.#objects.delete(path);
    this.#tell(path, "DELETED", object);
    return reply(response, 200, { kind: "Status", status: "Success" });
  }

  #patch({ path, query, body }: SeenRequest, response: ServerResponse): unknown {
    const object = this.#objects.get(path);
    if (object === undefined) return reply(response, 404, notFound(path));
    const { metadata } = body as { readonly metadata?: { readonly uid?: string } };
    if (metadata?.uid !== undefined && metadata.uid !== object.metadata.uid)
      return reply(response, 409, {
        kind: "Status",
        reason: "Conflict",
        message: "the UID in the precondition differs",
      });
    const after = merge(object, body) as AnyObject;
    return reply(response, 200, query.get("dryRun") === "All" ? after : this.#store(path, after));
  }
}

const pathOf = (kind: string, namespace: string): string =>
  (PLURALS[kind] ?? `/none/${kind}`).replace("NS", namespace);

const notFound = (path: string): object => ({
  kind: "Status",
  reason: "NotFound",
  message: `${path} not found`,
});

function reply(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === "object" && target !== null ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merge(result[name], value);
  }
  return result;
}
