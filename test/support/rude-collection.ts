import type { ServerResponse } from "node:http";
import type { KubeObject } from "../../src/kube/kube-object.ts";
import { apiVersionOf, collectionPath, type ResourceType } from "../../src/kube/resources.ts";
import { hangUp, type RudeServer, reply, type SeenRequest, status } from "./rude-server.ts";

export interface TestObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
}

interface LogEntry {
  readonly version: number;
  readonly type: string;
  readonly object: TestObject;
}

interface OpenWatch {
  readonly response: ServerResponse;
  sent: number;
}

/**
 * One resource of an API server as far as reflectors and locks see it: paged lists, watches from a version, writes with
 * a precondition. `tamper` decides for each list or watch whether to answer it otherwise.
 */
export class RudeCollection {
  readonly objects = new Map<string, TestObject>();
  readonly watches = new Set<OpenWatch>();
  /** Answers a request in place of the collection, when it returns "done". */
  tamper:
    | ((
        kind: "list" | "watch" | "object",
        request: SeenRequest,
        response: ServerResponse,
      ) => "done" | undefined)
    | undefined;
  /** Events are kept from watches while true, for ever: the watch has lost them. */
  lossy = false;
  /** Serves streamed lists. Without it they are refused, as by a server that does not know them. */
  streams = true;
  /** Watches from before this version are answered with 410. */
  oldest = 0;
  version = 100;
  #log: LogEntry[] = [];
  readonly #type: ResourceType<TestObject>;
  #uid = 0;

  constructor(server: RudeServer, type: ResourceType<TestObject>) {
    this.#type = type;
    const [all, one] = [
      collectionPath(type),
      type.namespaced ? collectionPath(type, "ns") : collectionPath(type),
    ];
    server.use((request, response) => {
      if (request.path.startsWith(`${one}/`)) return this.#object(request, response);
      if (request.path !== all && request.path !== one) return undefined;
      if (request.method === "POST") return this.#create(request, response);
      if (request.query.get("watch") !== "true") return this.#list(request, response);
      return request.query.get("sendInitialEvents") === "true"
        ? this.#stream(request, response)
        : this.#watch(request, response);
    });
  }

  /** Creates or changes an object, and tells the watches. */
  put(name: string, spec: Readonly<Record<string, unknown>> = {}, metadata: object = {}): TestObject {
    const old = this.objects.get(name);
    return this.#store(old ? "MODIFIED" : "ADDED", {
      apiVersion: apiVersionOf(this.#type),
      kind: this.#type.kind,
      metadata: { name, namespace: "ns", uid: old?.metadata.uid ?? `uid-${++this.#uid}`, ...metadata },
      spec,
    });
  }

  remove(name: string): void {
    const old = this.objects.get(name);
    if (!old) throw new Error(`${name} is not there`);
    this.#store("DELETED", old);
  }

  /** Sends a bookmark of the present version to each watch. */
  bookmark(): void {
    this.raw(this.#bookmark());
  }

  /** The lines of a streamed list of what there is now; the last one ends it. */
  streamed(): readonly string[] {
    const added = [...this.objects.values()].map(
      (object) => `${JSON.stringify({ type: "ADDED", object })}\n`,
    );
    return [...added, this.#bookmark({ annotations: { "k8s.io/initial-events-end": "true" } })];
  }

  /** Writes text into each open watch. */
  raw(text: string): void {
    for (const { response } of this.watches) response.write(text);
  }

  endWatches(): void {
    for (const { response } of this.watches) response.end();
    this.watches.clear();
  }

  resetWatches(): void {
    for (const { response } of this.watches) hangUp(response);
    this.watches.clear();
  }

  /** Forgets old events: who watches from before gets 410. */
  compact(): void {
    this.oldest = this.version;
    this.#log = [];
  }

  #bookmark(metadata: object = {}): string {
    const { kind } = this.#type;
    const head = { kind, apiVersion: apiVersionOf(this.#type) };
    const object = { ...head, metadata: { resourceVersion: String(this.version), ...metadata } };
    return `${JSON.stringify({ type: "BOOKMARK", object })}\n`;
  }

  #store(type: string, object: TestObject): TestObject {
    this.version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.version) } };
    if (type === "DELETED") this.objects.delete(object.metadata.name);
    else this.objects.set(object.metadata.name, stored);
    if (this.lossy) return stored;
    this.#log.push({ version: this.version, type, object: stored });
    for (const watch of this.watches) this.#send(watch);
    return stored;
  }

  #send(watch: OpenWatch): void {
    for (const { version, type, object } of this.#log)
      if (version > watch.sent) {
        watch.sent = version;
        watch.response.write(`${JSON.stringify({ type, object })}\n`);
      }
  }

  #list(request: SeenRequest, response: ServerResponse): "done" {
    if (this.tamper?.("list", request, response)) return "done";
    // A page token names the list's version and where to go on; a real one shows the old state, this one refuses it after a compaction.
    const [version, start] = (request.query.get("continue") ?? `${this.version}:0`).split(":").map(Number);
    if ((version ?? 0) < this.oldest)
      return reply(response, 410, status(410, "Expired", "The provided continue parameter is too old"));
    const limit = Number(request.query.get("limit") ?? 0) || Number.POSITIVE_INFINITY;
    const all = [...this.objects.values()];
    const page = all.slice(start, (start ?? 0) + limit);
    const next =
      (start ?? 0) + page.length < all.length ? `${version}:${(start ?? 0) + page.length}` : undefined;
    const items = page.map(({ apiVersion: _a, kind: _k, ...item }) => item);
    const metadata = { resourceVersion: String(version), ...(next ? { continue: next } : {}) };
    return reply(response, 200, {
      apiVersion: apiVersionOf(this.#type),
      kind: `${this.#type.kind}List`,
      metadata,
      items,
    });
  }

  #stream(request: SeenRequest, response: ServerResponse): "done" {
    if (!this.streams)
      return reply(response, 422, status(422, "Invalid", "sendInitialEvents: Forbidden: is not served here"));
    if (this.tamper?.("list", request, response)) return "done";
    response.writeHead(200, { "content-type": "application/json" });
    response.write(this.streamed().join(""));
    const watch = { response, sent: this.version };
    this.watches.add(watch);
    response.on("close", () => this.watches.delete(watch));
    return "done";
  }

  #watch(request: SeenRequest, response: ServerResponse): "done" {
    if (this.tamper?.("watch", request, response)) return "done";
    const from = Number(request.query.get("resourceVersion"));
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    if (from < this.oldest) {
      response.end(
        `${JSON.stringify({ type: "ERROR", object: status(410, "Expired", "too old resource version") })}\n`,
      );
      return "done";
    }
    const watch = { response, sent: from };
    this.watches.add(watch);
    response.on("close", () => this.watches.delete(watch));
    this.#send(watch);
    return "done";
  }

  #create(request: SeenRequest, response: ServerResponse): "done" {
    if (this.tamper?.("object", request, response)) return "done";
    const object = JSON.parse(request.body) as TestObject;
    const { name } = object.metadata;
    if (this.objects.has(name))
      return reply(response, 409, status(409, "AlreadyExists", `${name} already exists`));
    const metadata = { ...object.metadata, uid: `uid-${++this.#uid}` };
    return reply(response, 201, this.#store("ADDED", { ...object, metadata }));
  }

  #object(request: SeenRequest, response: ServerResponse): "done" {
    if (this.tamper?.("object", request, response)) return "done";
    const old = this.objects.get(decodeURIComponent(request.path.split("/").at(-1) ?? ""));
    if (!old) return reply(response, 404, status(404, "NotFound", "not found"));
    if (request.method === "GET") return reply(response, 200, old);
    if (request.method !== "PUT") return reply(response, 405, status(405, "MethodNotAllowed", "not here"));
    const object = JSON.parse(request.body) as TestObject;
    if (object.metadata.resourceVersion !== old.metadata.resourceVersion)
      return reply(
        response,
        409,
        status(
          409,
          "Conflict",
          "the object has been modified; please apply your changes to the latest version",
        ),
      );
    return reply(response, 200, this.#store("MODIFIED", object));
  }
}
