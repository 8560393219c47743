import type { Answer, ClusterAccess } from "./cluster-access.ts";
import { StackFailure } from "./errors.ts";

/** Points to one object by what its manifest says. */
export interface ObjectId {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** What the guard wants to know of a live object. */
export interface LiveObject {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface ResourceKind {
  readonly plural: string;
  readonly namespaced: boolean;
}

interface RawObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}
interface List {
  readonly items?: readonly RawObject[];
}

/** Reads live copies of objects in one namespace, with the rights of the plan's service account. */
export class LiveObjects {
  readonly #cluster: ClusterAccess;
  readonly #namespace: string;
  readonly #kinds = new Map<string, Promise<ReadonlyMap<string, ResourceKind>>>();

  constructor(cluster: ClusterAccess, namespace: string) {
    this.#cluster = cluster;
    this.#namespace = namespace;
  }

  /** The live copy; undefined when there is none. @throws StackFailure when it can't be known */
  async read(id: ObjectId): Promise<LiveObject | undefined> {
    const answer = await this.#cluster.send("GET", await this.#path(id));
    if (answer.code === 404) return undefined;
    if (answer.code !== 200) throw failure(`read ${render(id)}`, answer);
    const { metadata, spec } = JSON.parse(answer.body) as RawObject;
    return { labels: metadata.labels ?? {}, ...(spec ? { spec } : {}) };
  }

  /** Objects of a kind that carry all these labels, by name. @throws StackFailure */
  async list(
    kind: Omit<ObjectId, "name">,
    labels: Readonly<Record<string, string>>,
  ): Promise<readonly (LiveObject & { readonly name: string })[]> {
    const selector = Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
    const path = `${await this.#path({ ...kind, name: "" })}?labelSelector=${encodeURIComponent(selector)}&limit=500`;
    const answer = await this.#cluster.send("GET", path);
    if (answer.code !== 200) throw failure(`list ${kind.kind} objects`, answer);
    return ((JSON.parse(answer.body) as List).items ?? []).map(({ metadata }) => ({
      name: metadata.name,
      labels: metadata.labels ?? {},
    }));
  }

  /** Removes an object; one that is gone already is fine. @throws StackFailure */
  async remove(id: ObjectId): Promise<void> {
    const answer = await this.#cluster.send("DELETE", `${await this.#path(id)}?propagationPolicy=Background`);
    if (answer.code !== 200 && answer.code !== 202 && answer.code !== 404)
      throw failure(`delete ${render(id)}`, answer);
  }

  /** How the API server serves a kind. @throws StackFailure `invalid` when it does not know it */
  async kind(id: Omit<ObjectId, "name">): Promise<ResourceKind> {
    const known = this.#kinds.get(id.apiVersion) ?? this.#discover(id.apiVersion);
    this.#kinds.set(id.apiVersion, known);
    const kind = (await known).get(id.kind);
    if (kind) return kind;
    throw new StackFailure(
      "invalid",
      `the cluster does not serve ${id.kind} of ${id.apiVersion}; install its CRD, or use a version that is served`,
    );
  }

  async #path(id: ObjectId): Promise<string> {
    const kind = await this.kind(id);
    const root = id.apiVersion.includes("/") ? `/apis/${id.apiVersion}` : `/api/${id.apiVersion}`;
    const scope = kind.namespaced ? `/namespaces/${encodeURIComponent(this.#namespace)}` : "";
    return `${root}${scope}/${kind.plural}${id.name === "" ? "" : `/${encodeURIComponent(id.name)}`}`;
  }

  async #discover(apiVersion: string): Promise<ReadonlyMap<string, ResourceKind>> {
    const answer = await this.#cluster.send(
      "GET",
      apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`,
    );
    if (answer.code === 404) return new Map();
    if (answer.code !== 200) throw failure(`discover ${apiVersion}`, answer);
    const { resources } = JSON.parse(answer.body) as {
      resources: readonly { name: string; kind: string; namespaced: boolean }[];
    };
    return new Map(
      resources
        .filter((r) => !r.name.includes("/"))
        .map((r) => [r.kind, { plural: r.name, namespaced: r.namespaced }]),
    );
  }
}

const render = (id: ObjectId): string => `${id.kind} ${id.name}`;

function failure(what: string, answer: Answer): StackFailure {
  const said = message(answer.body);
  if (answer.code === 401 || answer.code === 403)
    return new StackFailure("forbidden", `the plan's service account may not ${what}: ${said}`);
  if (answer.code === 0 || answer.code === 429 || answer.code >= 500)
    return new StackFailure("unreachable", `could not ${what}: ${said || `status ${answer.code}`}`);
  return new StackFailure("invalid", `could not ${what}: ${said || `status ${answer.code}`}`);
}

function message(body: string): string {
  try {
    return String((JSON.parse(body) as { message?: unknown }).message ?? "").slice(0, 500);
  } catch {
    return body.slice(0, 200);
  }
}
