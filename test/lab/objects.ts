import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { type Duration, minutes, seconds } from "../../src/base/duration.ts";
import type { Result } from "../../src/base/result.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { loadCredentials } from "../../src/kube/credentials.ts";
import type { KubeError } from "../../src/kube/kube-error.ts";
import type { ObjectRef } from "../../src/kube/kube-object.ts";
import type { ResourceType } from "../../src/kube/resources.ts";
import { Transport } from "../../src/kube/transport.ts";
import { systemClock } from "../../src/telemetry/system-clock.ts";
import type { Cluster } from "../cluster/index.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND, typeOf } from "./kinds.ts";
import { LabError } from "./lab-error.ts";

const DEADLINE = seconds(15);
/** The repository. */
export const ROOT = join(import.meta.dirname, "../..");

/** Objects of one cluster, as its administrator, by the ordinary API; every refusal is thrown as `LabError`. */
export class Objects {
  readonly client: KubeClient;
  readonly #transport: Transport;

  constructor(cluster: Pick<Cluster, "kubeconfig">) {
    const credentials = loadCredentials({ kubeconfig: cluster.kubeconfig });
    this.#transport = new Transport({ credentials, clock: systemClock });
    this.client = new KubeClient(this.#transport, { fieldManager: "kubectl" });
  }

  /** Server-side apply with field validation `Strict`: a misspelt field is refused, not dropped. */
  async apply(object: AnyObject): Promise<AnyObject> {
    const options = { force: true, fieldValidation: "Strict", deadline: DEADLINE } as const;
    return accepted(
      `apply ${nameOf(object)}`,
      await this.client.apply<AnyObject>(typeOf(object), object, options),
    );
  }

  /** Creates an object. @throws LabError also when there is one of that name */
  async create(object: AnyObject): Promise<AnyObject> {
    const options = { fieldValidation: "Strict", deadline: DEADLINE } as const;
    return accepted(`create ${nameOf(object)}`, await this.client.create(typeOf(object), object, options));
  }

  /** The object; undefined when there is none. */
  async find(type: ResourceType<AnyObject>, ref: ObjectRef): Promise<AnyObject | undefined> {
    const answer = await this.client.get(type, ref, { deadline: DEADLINE });
    if (!answer.ok && answer.error.kind === "notFound") return undefined;
    return accepted(`read ${type.kind} ${ref.name}`, answer);
  }

  /** The object. @throws LabError when there is none */
  async get(type: ResourceType<AnyObject>, ref: ObjectRef): Promise<AnyObject> {
    return accepted(
      `read ${type.kind} ${ref.name}`,
      await this.client.get(type, ref, { deadline: DEADLINE }),
    );
  }

  /** @param namespace none for what has none */
  async list(
    type: ResourceType<AnyObject>,
    namespace?: string,
    labelSelector?: string,
  ): Promise<readonly AnyObject[]> {
    const options = {
      deadline: DEADLINE,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    };
    return accepted(`list ${type.plural}`, await this.client.list(type, options)).items;
  }

  async patch(
    type: ResourceType<AnyObject>,
    ref: ObjectRef,
    patch: Readonly<Record<string, unknown>>,
  ): Promise<AnyObject> {
    const options = { fieldValidation: "Strict", deadline: DEADLINE } as const;
    return accepted(
      `patch ${type.kind} ${ref.name}`,
      await this.client.mergePatch(type, ref, patch, options),
    );
  }

  /** Deletes an object without waiting for its end. Nothing happens when there is none. */
  async askToRemove(type: ResourceType<AnyObject>, ref: ObjectRef): Promise<void> {
    const answer = await this.client.delete(type, ref, { deadline: DEADLINE });
    if (!answer.ok && answer.error.kind !== "notFound") accepted(`delete ${type.kind} ${ref.name}`, answer);
  }

  /** Deletes an object and waits until it is gone. Nothing happens when there is none. */
  async remove(
    type: ResourceType<AnyObject>,
    ref: ObjectRef,
    deadline: Duration = minutes(2),
  ): Promise<void> {
    await this.askToRemove(type, ref);
    const gone = async (): Promise<boolean> => (await this.find(type, ref)) === undefined;
    const every = seconds(0.25);
    await waitUntil(`${type.kind} ${ref.name} is gone`, gone, { deadline, every });
  }

  /** The name under which these requests are made. */
  async whoAmI(): Promise<string> {
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const answer = await this.create({ ...review, metadata: { name: "" } });
    return answer.status.userInfo.username;
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }
}

const nameOf = ({ kind, metadata }: AnyObject): string =>
  `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;

/** The value of an answer. @throws LabError with what the API server said */
export function accepted<T>(what: string, answer: Result<T, KubeError>): T {
  if (!answer.ok) throw new LabError("refused", `${what}: ${answer.error.message}`, answer.error);
  return answer.value;
}

/** All documents of a text of YAML. */
export function readYaml(text: string, what = "YAML"): readonly AnyObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new LabError("refused", `${what}: ${document.errors[0]?.message}`);
    const value: unknown = document.toJS();
    return value === null ? [] : [value as AnyObject];
  });
}

/** All documents below a folder of the repository, files in order of their names. */
export async function readFolder(folder: string): Promise<readonly AnyObject[]> {
  const names = await readdir(join(ROOT, folder), { recursive: true });
  const found: AnyObject[] = [];
  for (const name of names.filter((n) => /\.ya?ml$/.test(n)).sort())
    found.push(...readYaml(await readFile(join(ROOT, folder, name), "utf8"), `${folder}/${name}`));
  return found;
}

/** Puts a namespaced object into `namespace`. */
export const inside = (namespace: string, object: AnyObject): AnyObject => ({
  ...object,
  metadata: { ...object.metadata, namespace },
});

/** Waits until a Deployment is available in full. */
export async function whenAvailable(
  objects: Objects,
  ref: ObjectRef,
  deadline: Duration = minutes(1),
): Promise<void> {
  const available = async (): Promise<boolean> => {
    const { spec, status, metadata } = await objects.get(KIND.deployment, ref);
    return status?.observedGeneration === metadata.generation && status?.availableReplicas === spec.replicas;
  };
  const every = seconds(0.2);
  await waitUntil(`Deployment ${ref.name} is available`, available, { deadline, every });
}

/** Waits until the controller of an object has seen its present form. */
export async function whenObserved(
  objects: Objects,
  type: ResourceType<AnyObject>,
  ref: ObjectRef,
  deadline: Duration = seconds(30),
): Promise<void> {
  const observed = async (): Promise<boolean> => {
    const { metadata, status } = await objects.get(type, ref);
    return status?.observedGeneration === metadata.generation;
  };
  await waitUntil(`${type.kind} ${ref.name} is observed`, observed, { deadline, every: seconds(0.1) });
}
