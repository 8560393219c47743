/**
 * Stands between a program and the engine: every Kubernetes object gets its labels, field manager and
 * annotations here, and none is registered before the live copies of all of them were looked at.
 */
import { type Input, output, type ResourceTransformation, type Unwrap } from "@pulumi/pulumi";
import { StackFailure } from "./errors.ts";
import type { LiveObject, ObjectId, ResourceKind } from "./live-objects.ts";
import { LABEL } from "./names.ts";

export interface GuardOptions {
  readonly namespace: string;
  /** Labels by which a live copy is known as this stack's own. */
  readonly owner: Readonly<Record<string, string>>;
  /** Labels that every object gets; the owner's among them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that pod templates get; undefined in a stack without pods. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** It belongs to no release: the program says how many pods there are, and nothing former is kept for any. */
  readonly outlivesReleases?: boolean;
  readonly manager: string;
  /** Cluster-scoped kinds that the administrator allows, as `<apiVersion>/<kind>`. */
  readonly clusterScoped: readonly string[];
  readonly live: {
    kind(id: Omit<ObjectId, "name">): Promise<ResourceKind>;
    read(id: ObjectId): Promise<LiveObject | undefined>;
  };
}

interface Manifest {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: Input<Metadata>;
  readonly spec?: Input<Record<string, unknown>>;
}
interface Metadata {
  readonly name?: unknown;
  readonly namespace?: unknown;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const ANNOTATION = {
  manager: "pulumi.com/patchFieldManager",
  force: "pulumi.com/patchForce",
  skipAwait: "pulumi.com/skipAwait",
  propagation: "pulumi.com/deletionPropagationPolicy",
} as const;
/**
 * Deletes of most kinds are waited for in spite of `skipAwait`, for ten minutes by default. Providers before 4.22.1
 * sometimes miss that an object is gone; they look again at the end of this time, and all is well.
 */
const TIMEOUTS = { create: "60s", update: "60s", delete: "15s" };
/** Force is decided anew by each run; as a difference it would make every second apply an update of everything. */
const IGNORED = `metadata.annotations["${ANNOTATION.force}"]`;
/** These expand inside the provider, where no transform sees the objects. */
const EXPANDING = /^kubernetes:(yaml|helm\.sh|kustomize)\b/;
/** The floor of an autoscaler: the program declares it, the controller writes it after the creation. */
const FLOOR = "spec.minReplicas";
const isAutoscaler = (kind: string): boolean => kind === "HorizontalPodAutoscaler";
const WITH_PODS = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

export class Guard {
  readonly #options: GuardOptions;
  readonly #checks: Promise<StackFailure | undefined>[] = [];
  readonly #opened = Promise.withResolvers<void>();

  readonly #made: ObjectId[] = [];
  readonly #absent: ObjectId[] = [];

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#opened.promise.catch(() => undefined);
  }

  /** The transform to register with the stack. */
  readonly transform: ResourceTransformation = (args) => {
    const refused = this.#refuseType(args.type);
    if (refused) {
      this.#checks.push(Promise.resolve(refused));
      return { props: args.props, opts: args.opts };
    }
    if (!args.type.startsWith("kubernetes:")) return undefined;
    const manifest = args.props as Manifest;
    const id = this.#identify(manifest, args.name);
    if (!(id instanceof StackFailure)) this.#made.push(id);
    const live = id instanceof StackFailure ? Promise.reject(id) : this.#look(id);
    this.#checks.push(
      live.then(
        (copy) => {
          if (copy === undefined && !(id instanceof StackFailure)) this.#absent.push(id);
          return undefined;
        },
        // The engine's SDK writes into the errors that it gets, so it gets others.
        (error: unknown) => asFailure(error),
      ),
    );
    const kind = String(manifest.kind);
    const floored = isAutoscaler(kind) && this.#options.outlivesReleases !== true;
    const others = [...new Set([...(args.opts.ignoreChanges ?? []), ...(floored ? [FLOOR] : [])])];
    const props = {
      ...args.props,
      metadata: output([manifest.metadata ?? {}, manifest.spec ?? {}] as const).apply(async ([m, spec]) => {
        await this.#opened.promise;
        const declared = floored ? { [LABEL.declaredFloor]: String(spec.minReplicas ?? 1) } : {};
        return this.#metadata(m, declared, (await live) !== undefined);
      }),
      ...(manifest.spec === undefined
        ? {}
        : {
            spec: output(manifest.spec).apply(async (spec) =>
              keepOthers(
                this.#withPodLabels(kind, args.name, spec),
                others,
                await this.#opened.promise.then(() => live),
              ),
            ),
          }),
    };
    const kept = this.#isKept(manifest);
    const opts = {
      ...args.opts,
      ignoreChanges: [...others, IGNORED],
      customTimeouts: args.opts.customTimeouts ?? TIMEOUTS,
    };
    return { props, opts: kept ? { ...opts, retainOnDelete: true } : opts };
  };

  /** Objects that the program made so far. */
  get made(): readonly ObjectId[] {
    return this.#made;
  }

  /** Those of them that were not there; complete after `check`. */
  get absent(): readonly ObjectId[] {
    return this.#absent;
  }

  /**
   * Waits until all objects that the program made were looked at.
   * @throws StackFailure when one of them must not be touched
   */
  async check(): Promise<void> {
    const failures = (await Promise.all(this.#checks)).filter((failure) => failure !== undefined);
    const [first, ...others] = failures;
    if (first === undefined) return;
    const more = others.length === 0 ? "" : ` (and ${others.length} more objects are refused)`;
    throw new StackFailure(first.class, `${first.message}${more}`);
  }

  /** Lets all objects go to the engine. */
  open(): void {
    this.#opened.resolve();
  }

  /** Lets none go: they fail, so that the engine does not wait for them. */
  refuse(): void {
    this.#opened.reject(new Error("not applied, because something of the stack is refused"));
  }

  #refuseType(type: string): StackFailure | undefined {
    if (EXPANDING.test(type))
      return invalid(`${type}: objects of charts and YAML groups can't be checked; use typed resources`);
    if (type.startsWith("kubernetes:") && type.endsWith("Patch"))
      return invalid(`${type}: a program must not patch objects of others; declare the object itself`);
    return undefined;
  }

  #identify(manifest: Manifest, resource: string): ObjectId | StackFailure {
    const { apiVersion, kind } = manifest;
    const metadata = manifest.metadata as Metadata | undefined;
    const name = metadata?.name;
    if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string")
      return invalid(
        `${resource}: metadata.name must be given as plain text, so that the live object can be checked first`,
      );
    const { namespace } = metadata ?? {};
    if (namespace !== undefined && namespace !== this.#options.namespace)
      return invalid(
        `${kind} ${name}: metadata.namespace must be ${this.#options.namespace}, the plan's, or be left out`,
      );
    const spec = manifest.spec as Readonly<Record<string, unknown>> | undefined;
    if (this.#refusesReplicas(kind, spec))
      return invalid(
        `${kind} ${name}: leave spec.replicas out; the plan's capacity.replicas says how many there are`,
      );
    return { apiVersion, kind, name };
  }

  async #look(id: ObjectId): Promise<LiveObject | undefined> {
    const { live, clusterScoped, owner } = this.#options;
    const kind = await live.kind(id);
    if (!kind.namespaced && !clusterScoped.includes(`${id.apiVersion}/${id.kind}`))
      throw new StackFailure(
        "forbidden",
        `${id.kind} ${id.name} is cluster-scoped; an administrator must allow ${id.apiVersion}/${id.kind} first`,
      );
    const copy = await live.read(id);
    if (copy === undefined || Object.entries(owner).every(([key, value]) => copy.labels[key] === value))
      return copy;
    const manager = copy.labels[LABEL.managedBy];
    throw new StackFailure(
      "conflict",
      `${id.kind} ${id.name} is there already and is not this slot's` +
        `${manager === undefined ? "" : ` (managed by ${manager})`}; remove or rename it, or choose another plan name`,
    );
  }

  #metadata(metadata: Unwrap<Metadata>, noted: Readonly<Record<string, string>>, isLive: boolean): Metadata {
    const { namespace, labels, manager, outlivesReleases } = this.#options;
    return {
      ...metadata,
      namespace,
      labels: { ...metadata.labels, ...labels },
      annotations: {
        ...metadata.annotations,
        ...noted,
        [ANNOTATION.manager]: manager,
        [ANNOTATION.skipAwait]: "true",
        // Nobody waits for the end of what is replaced: with the default policy it would still be there under its name.
        ...(outlivesReleases === true ? { [ANNOTATION.propagation]: "background" } : {}),
        ...(isLive ? { [ANNOTATION.force]: "true" } : {}),
      },
    } as Metadata;
  }

  #withPodLabels(
    kind: string,
    resource: string,
    spec: Readonly<Record<string, unknown>>,
  ): Record<string, unknown> {
    if (!WITH_PODS.has(kind)) return { ...spec };
    if (this.#refusesReplicas(kind, spec))
      throw invalid(
        `${kind} ${resource}: leave spec.replicas out; the plan's capacity.replicas says how many there are`,
      );
    const template = (spec.template ?? {}) as { metadata?: Metadata };
    const labels = { ...template.metadata?.labels, ...this.#options.podLabels };
    return { ...spec, template: { ...template, metadata: { ...template.metadata, labels } } };
  }

  /** In a slot they are the controller's. */
  #refusesReplicas(kind: string, spec: Readonly<Record<string, unknown>> | undefined): boolean {
    return WITH_PODS.has(kind) && spec?.replicas !== undefined && this.#options.outlivesReleases !== true;
  }

  #isKept(manifest: Manifest): boolean {
    if (this.#options.outlivesReleases === true) return false;
    const labels = (manifest.metadata as Metadata | undefined)?.labels;
    return labels?.[LABEL.keep] === "previous";
  }
}

/**
 * Puts the live values into fields that others own after the creation (`ignoreChanges`). With a state the engine
 * ignores them anyway; without one it would write the initial values over traffic weights and selectors.
 */
function keepOthers(
  spec: Record<string, unknown>,
  paths: readonly string[],
  live: LiveObject | undefined,
): Record<string, unknown> {
  let kept = spec;
  for (const path of paths) {
    const field = /^spec\.([A-Za-z]+)$/.exec(path)?.[1];
    const value = field === undefined ? undefined : live?.spec?.[field];
    if (field !== undefined && value !== undefined) kept = { ...kept, [field]: value };
  }
  return kept;
}

const invalid = (message: string): StackFailure => new StackFailure("invalid", message);
const asFailure = (error: unknown): StackFailure =>
  error instanceof StackFailure ? error : new StackFailure("bug", String(error));
