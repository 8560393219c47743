import { type Duration, hours, seconds } from "../../base/duration.ts";
import { between, type Instant, readInstant } from "../../base/instant.ts";
import type { KubeClient } from "../../kube/client.ts";
import { holderOf, LEASES } from "../../kube/lease-record.ts";
import { NAMESPACES } from "../../kube/namespace.ts";
import { SECRETS, type Secret } from "../../kube/secret.ts";
import { stackLeaseName } from "../kube-lease.ts";
import { SecretAccess } from "./secret-access.ts";
import { ANNOTATION, readHead, type StateHead } from "./state-head.ts";
import { selectorOf } from "./state-secret.ts";

export interface StateSweepOptions {
  readonly client: KubeClient;
  /** The controller's own namespace. */
  readonly namespace: string;
  readonly now: () => Instant;
}

/** So long nobody must have worked on a state: what is written of it just now is somebody's, who will find out himself. */
export const UNTOUCHED: Duration = hours(1);

const DEADLINE = { deadline: seconds(10) };

/**
 * Removes states of namespaces that are gone. With a plan its stacks are destroyed and their states removed; with a
 * whole namespace everything is gone before anything could be destroyed, and the states of it would stay for ever.
 */
export class StateSweep {
  readonly #options: StateSweepOptions;
  readonly #access: SecretAccess;

  constructor(options: StateSweepOptions) {
    this.#options = options;
    this.#access = new SecretAccess(options.client, options.namespace);
  }

  /**
   * Looks at every state once. What can't be known, or can't be removed, stays.
   * @returns stacks whose states were removed
   * @throws KubeError when the states can't be listed
   */
  async sweep(signal?: AbortSignal): Promise<readonly string[]> {
    const isGone = this.#namespaces();
    const removed: string[] = [];
    for await (const secret of this.#heads(signal)) {
      const read = readHead(secret.metadata.annotations?.[ANNOTATION]);
      // One that is damaged is for people to look at.
      if (!read.ok || !this.#isOld(read.value) || !(await isGone(read.value))) continue;
      if (signal?.aborted) break;
      if (await this.#remove(secret, read.value)) removed.push(read.value.stack);
    }
    return removed;
  }

  /** All heads without their contents, page by page. */
  async *#heads(signal?: AbortSignal): AsyncGenerator<Secret> {
    const { client, namespace } = this.#options;
    let next: string | undefined;
    do {
      const options = { namespace, labelSelector: selectorOf("head"), metadataOnly: true, next, signal };
      const page = await client.listPage(SECRETS, { ...options, ...DEADLINE });
      if (!page.ok) throw page.error;
      yield* page.value.items;
      next = page.value.next;
    } while (next !== undefined && !signal?.aborted);
  }

  #isOld({ at }: StateHead): boolean {
    const touched = readInstant(at);
    return touched !== undefined && between(touched, this.#options.now()) > UNTOUCHED;
  }

  /** Asks for each namespace once. Only an answer that says so makes it gone: a refusal or silence does not. */
  #namespaces(): (head: StateHead) => Promise<boolean> {
    const uids = new Map<string, Promise<string | undefined>>();
    const uidNow = async (name: string): Promise<string | undefined> => {
      const read = await this.#options.client.get(NAMESPACES, { name }, DEADLINE);
      if (read.ok) return read.value.metadata.uid;
      return read.error.kind === "notFound" ? "" : undefined;
    };
    return async ({ stack, namespaceUid }) => {
      const [name = ""] = stack.split(".");
      const asked = uids.get(name) ?? uidNow(name);
      uids.set(name, asked);
      const uid = await asked;
      return uid !== undefined && namespaceUid !== undefined && uid !== namespaceUid;
    };
  }

  /** As it was read, or not at all: whoever opens the state meanwhile keeps it. */
  async #remove(secret: Secret, { stack }: StateHead): Promise<boolean> {
    const removed = await this.#access.removeHead(secret);
    if (!removed.ok) return false;
    await this.#access.sweepParts(stack, []);
    await this.#removeLease(stack);
    return true;
  }

  async #removeLease(stack: string): Promise<void> {
    const { client, namespace } = this.#options;
    const ref = { namespace, name: stackLeaseName(stack) };
    const read = await client.get(LEASES, ref, DEADLINE);
    if (!read.ok || holderOf(read.value) !== "") return;
    const { uid, resourceVersion } = read.value.metadata;
    await client.delete(LEASES, ref, { uid, resourceVersion, ...DEADLINE });
  }
}
