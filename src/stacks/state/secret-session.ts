import { isDeepStrictEqual } from "node:util";
import { type Instant, renderInstant } from "../../base/instant.ts";
import type { KubeError, KubeErrorKind } from "../../kube/kube-error.ts";
import type { Secret } from "../../kube/secret.ts";
import { StackFailure } from "../errors.ts";
import { stateFailure, takenOver } from "./kube-failure.ts";
import type { SecretAccess } from "./secret-access.ts";
import type { StateSession } from "./stack-states.ts";
import { ANNOTATION, digestOf, readHead, type StateHead, withoutCheckpoint } from "./state-head.ts";
import { type HeadContent, inlineOf, pack, renderHead } from "./state-secret.ts";

export interface SecretSessionOptions {
  readonly access: SecretAccess;
  readonly now: () => Instant;
  /** As it was written at the opening. */
  readonly secret: Secret;
  readonly head: StateHead;
  readonly checkpoint: Buffer | undefined;
  readonly interrupted: boolean;
}

type Former = HeadContent["former"];

const ATTEMPTS = 4;

/** One operation's hold on a state in Secrets. Calls come one after the other. */
export class SecretSession implements StateSession {
  readonly checkpoint: Buffer | undefined;
  readonly interrupted: boolean;
  readonly #access: SecretAccess;
  readonly #now: () => Instant;
  readonly #operation: string | undefined;
  /** What there was before this operation; it becomes the newest of the former ones at the end. */
  readonly #first: Former;
  #secret: Secret;
  #head: StateHead;
  /** Parts that no head tells of any more may lie about. */
  #untidy: boolean;

  constructor(options: SecretSessionOptions) {
    const { head, secret } = options;
    this.#access = options.access;
    this.#now = options.now;
    this.#secret = secret;
    this.#head = head;
    this.#operation = head.operation;
    this.checkpoint = options.checkpoint;
    this.interrupted = options.interrupted;
    this.#untidy = head.parts.length > 0 || options.interrupted;
    const packed = inlineOf(secret);
    this.#first = packed && { generation: head.generation, packed };
  }

  async store(checkpoint: Buffer): Promise<void> {
    if (digestOf(checkpoint) === this.#head.digest) return;
    await this.#write(checkpoint, this.#head.operation);
  }

  async end({ checkpoint, clean }: Parameters<StateSession["end"]>[0]): Promise<void> {
    await this.#write(checkpoint, clean ? undefined : this.#operation, this.#first);
    if (this.#untidy) await this.#access.sweepParts(this.#head.stack, this.#head.parts);
  }

  async remove(): Promise<void> {
    const { stack } = this.#head;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const removed = await this.#access.removeHead(this.#secret);
      if (removed.ok) {
        if (this.#untidy) await this.#access.sweepParts(stack, []);
        return;
      }
      if (removed.error.kind !== "conflict") throw stateFailure(stack, "removed", removed.error);
      await this.#readAgain();
    }
    throw takenOver(stack, "others, again and again");
  }

  async #write(checkpoint: Buffer | undefined, operation: string | undefined, first?: Former): Promise<void> {
    const { stack } = this.#head;
    const content = await this.#content(checkpoint, operation);
    const former = first && content.head.digest !== digestOfFirst(this.checkpoint) ? { former: first } : {};
    let last: KubeError | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const secret = renderHead(this.#access.namespace, this.#secret, { ...content, ...former });
      const written = await this.#access.write(secret);
      const error = written.ok ? undefined : written.error;
      last = error;
      if (error && !LOOK_AGAIN.has(error.kind)) throw stateFailure(stack, "stored", error);
      if (written.ok) this.#secret = written.value;
      if (written.ok || (await this.#readAgain(content.head))) {
        this.#head = content.head;
        return;
      }
    }
    if (last && UNKNOWN.has(last.kind)) throw stateFailure(stack, "stored", last);
    throw takenOver(stack, "others, again and again");
  }

  /** What to store. Parts are there before a head tells of them. */
  async #content(checkpoint: Buffer | undefined, operation: string | undefined): Promise<HeadContent> {
    const { operation: _, adopt: __, ...rest } = this.#head;
    const head = {
      ...rest,
      at: renderInstant(this.#now()),
      ...(operation === undefined ? {} : { operation }),
    };
    if (checkpoint === undefined)
      return { head: head.digest === undefined ? head : withoutCheckpoint(head), inline: undefined };
    const digest = digestOf(checkpoint);
    if (digest === head.digest) return { head, inline: inlineOf(this.#secret) };
    const packed = await pack(head.stack, checkpoint);
    if (!packed.ok) throw new StackFailure("invalid", packed.error);
    const { inline, parts } = packed.value;
    this.#untidy ||= parts.length > 0;
    await this.#access.writeParts(head.stack, parts);
    const generation = head.generation + 1;
    const names = parts.map(({ name }) => name);
    return { head: { ...head, generation, digest, bytes: checkpoint.length, parts: names }, inline };
  }

  /**
   * After a write that was refused. Goes on only when nobody else has opened the state: somebody set a label.
   * @returns whether `wanted` is stored already: the answer to the write before was lost
   */
  async #readAgain(wanted?: StateHead): Promise<boolean> {
    const { stack } = this.#head;
    const secret = await this.#access.head(stack);
    if (secret === undefined) throw takenOver(stack, "somebody who removed it");
    const head = readHead(secret.metadata.annotations?.[ANNOTATION], stack);
    const isStored = head.ok && isDeepStrictEqual(head.value, wanted);
    const operation = head.ok ? head.value.operation : undefined;
    if (!isStored && (operation === undefined || operation !== this.#operation))
      throw takenOver(stack, operation ?? "another operation");
    this.#secret = secret;
    return isStored;
  }
}

/** The answer was lost: nobody knows whether the write was carried out. */
const UNKNOWN: ReadonlySet<KubeErrorKind> = new Set(["unreachable", "timeout", "malformed"]);
/** What is stored tells who was faster, or whether it is this write after all. */
const LOOK_AGAIN: ReadonlySet<KubeErrorKind> = new Set([...UNKNOWN, "conflict", "notFound"]);

const digestOfFirst = (checkpoint: Buffer | undefined): string | undefined =>
  checkpoint && digestOf(checkpoint);
