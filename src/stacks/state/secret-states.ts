import { randomUUID } from "node:crypto";
import { type Instant, renderInstant } from "../../base/instant.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { Secret } from "../../kube/secret.ts";
import { damaged, stateFailure, takenOver } from "./kube-failure.ts";
import { SecretAccess } from "./secret-access.ts";
import { SecretSession } from "./secret-session.ts";
import type { StackStates, StateSession } from "./stack-states.ts";
import { ANNOTATION, emptyHead, readHead, type StateHead, withoutCheckpoint } from "./state-head.ts";
import { inlineOf, renderHead } from "./state-secret.ts";

export interface SecretStatesOptions {
  readonly client: KubeClient;
  /** The controller's own namespace. */
  readonly namespace: string;
  /** Of this process; names who has a state. */
  readonly identity: string;
  readonly now: () => Instant;
}

/** What is stored of a stack. */
export interface FoundState {
  readonly secret: Secret | undefined;
  readonly head: StateHead;
}

const ATTEMPTS = 4;

/**
 * States in Secrets of the controller's namespace. Opening one writes who has it, so that every later write of a former
 * holder meets another resourceVersion and is refused, however late it comes.
 */
export class SecretStates implements StackStates {
  readonly #options: SecretStatesOptions;
  readonly #access: SecretAccess;

  constructor(options: SecretStatesOptions) {
    this.#options = options;
    this.#access = new SecretAccess(options.client, options.namespace);
  }

  async open(stack: string): Promise<StateSession> {
    const operation = `${this.#options.identity}/${randomUUID()}`;
    const namespaceUid = await this.#access.namespaceUid(stack);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { secret, head } = await this.find(stack);
      const found = secret && (await this.#access.checkpoint(head, secret));
      const gone = isOfFormerNamespace(head, namespaceUid);
      const checkpoint = gone ? undefined : found;
      const opened: StateHead = {
        ...(gone ? withoutCheckpoint(head) : head),
        operation,
        at: renderInstant(this.#options.now()),
        ...(namespaceUid === undefined ? {} : { namespaceUid }),
      };
      const inline = gone ? undefined : secret && inlineOf(secret);
      const rendered = renderHead(this.#options.namespace, secret, { head: opened, inline });
      const written = await this.#access.write(rendered);
      if (written.ok)
        return new SecretSession({
          access: this.#access,
          now: this.#options.now,
          secret: written.value,
          head: opened,
          checkpoint,
          interrupted: head.operation !== undefined && checkpoint !== undefined,
        });
      const { kind } = written.error;
      // Somebody touched it between; or our own write was stored although its answer was lost.
      if (kind !== "conflict" && kind !== "alreadyExists" && kind !== "notFound")
        throw stateFailure(stack, "opened", written.error);
    }
    throw takenOver(stack, "others, again and again");
  }

  async read(stack: string): Promise<Buffer | undefined> {
    const { secret, head } = await this.find(stack);
    return secret && this.#access.checkpoint(head, secret);
  }

  /** What is stored, without its content. @throws StackFailure when that can't be known */
  async find(stack: string): Promise<FoundState> {
    const secret = await this.#access.head(stack);
    if (secret === undefined) return { secret, head: emptyHead(stack) };
    const head = readHead(secret.metadata.annotations?.[ANNOTATION], stack);
    if (!head.ok) throw damaged(stack, head.error);
    return { secret, head: head.value };
  }
}

/** What the state tells went with the namespace. */
const isOfFormerNamespace = (head: StateHead, uid: string | undefined): boolean =>
  uid !== undefined && head.namespaceUid !== undefined && head.namespaceUid !== uid;
