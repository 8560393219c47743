/** Requests for the Secrets of one state. */
import { seconds } from "../../base/duration.ts";
import type { Result } from "../../base/result.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { KubeError } from "../../kube/kube-error.ts";
import { NAMESPACES } from "../../kube/namespace.ts";
import { SECRETS, type Secret } from "../../kube/secret.ts";
import { damaged, stateFailure } from "./kube-failure.ts";
import { headName, type StateHead } from "./state-head.ts";
import { inlineOf, type Packed, partOf, renderPart, selectorOf, unpack } from "./state-secret.ts";

const DEADLINE = { deadline: seconds(10) };
const LISTING = { deadline: seconds(60) };

export class SecretAccess {
  readonly client: KubeClient;
  /** The controller's own. */
  readonly namespace: string;

  constructor(client: KubeClient, namespace: string) {
    this.client = client;
    this.namespace = namespace;
  }

  /** The Secret with the state's head; undefined when there is none. @throws StackFailure */
  async head(stack: string): Promise<Secret | undefined> {
    return this.#get(stack, headName(stack));
  }

  /** All heads. @throws KubeError */
  async heads(): Promise<readonly Secret[]> {
    const { namespace } = this;
    // A page is held in memory as a whole: states are some ten kilobytes each.
    const options = { namespace, labelSelector: selectorOf("head"), pageSize: 100, ...LISTING };
    const listed = await this.client.list(SECRETS, options);
    if (!listed.ok) throw listed.error;
    return listed.value.items;
  }

  /** Stores the head: as a new Secret, or over the very version that was read. */
  write(secret: Secret): Promise<Result<Secret, KubeError>> {
    return secret.metadata.resourceVersion === undefined
      ? this.client.create(SECRETS, secret, DEADLINE)
      : this.client.replace(SECRETS, secret, DEADLINE);
  }

  /** The checkpoint that a head tells of; undefined when there is none. @throws StackFailure when it is damaged */
  async checkpoint(head: StateHead, secret: Secret): Promise<Buffer | undefined> {
    if (head.digest === undefined) return undefined;
    const parts = await Promise.all(head.parts.map((name) => this.#get(head.stack, name)));
    const packed = head.parts.length === 0 ? [inlineOf(secret)] : parts.map((part) => part && partOf(part));
    const found = await unpack(head, packed);
    if (!found.ok) throw damaged(head.stack, found.error);
    return found.value;
  }

  /** @throws StackFailure */
  async writeParts(stack: string, parts: Packed["parts"]): Promise<void> {
    for (const part of parts) {
      const made = await this.client.create(SECRETS, renderPart(this.namespace, stack, part), DEADLINE);
      if (!made.ok && made.error.kind !== "alreadyExists") throw stateFailure(stack, "stored", made.error);
    }
  }

  /** Removes parts that no head tells of. What can't be removed now is when the state is stored the next time. */
  async sweepParts(stack: string, kept: readonly string[]): Promise<void> {
    const { namespace } = this;
    const labelSelector = selectorOf("part", stack);
    const listed = await this.client.list(SECRETS, { namespace, labelSelector, ...DEADLINE });
    for (const { metadata } of listed.ok ? listed.value.items : [])
      if (!kept.includes(metadata.name))
        await this.client.delete(SECRETS, { namespace, name: metadata.name }, DEADLINE);
  }

  /** Removes the head as it was read. */
  async removeHead({ metadata }: Secret): Promise<Result<void, KubeError>> {
    const { uid, resourceVersion, name } = metadata;
    const ref = { namespace: this.namespace, name };
    const done = await this.client.delete(SECRETS, ref, { uid, resourceVersion, ...DEADLINE });
    return !done.ok && done.error.kind === "notFound" ? { ok: true, value: undefined } : done;
  }

  /** Tells a namespace from one of the same name made later; undefined when it can't be known, or is gone. */
  async namespaceUid(stack: string): Promise<string | undefined> {
    const [name = ""] = stack.split(".");
    const read = await this.client.get(NAMESPACES, { name }, DEADLINE);
    return read.ok ? read.value.metadata.uid : undefined;
  }

  async #get(stack: string, name: string): Promise<Secret | undefined> {
    const read = await this.client.get(SECRETS, { namespace: this.namespace, name }, DEADLINE);
    if (read.ok) return read.value;
    if (read.error.kind === "notFound") return undefined;
    throw stateFailure(stack, "read", read.error);
  }
}
