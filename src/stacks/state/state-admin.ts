import { type Instant, renderInstant } from "../../base/instant.ts";
import type { Secret } from "../../kube/secret.ts";
import type { StackStateAdmin, StateChange, StoredStack } from "../../ports/stack-states.ts";
import { StackFailure } from "../errors.ts";
import { exportOf, importOf, readCheckpoint } from "./checkpoint.ts";
import { damaged, stateFailure } from "./kube-failure.ts";
import { SecretAccess } from "./secret-access.ts";
import type { SecretStatesOptions } from "./secret-states.ts";
import {
  ANNOTATION,
  digestOf,
  emptyHead,
  headName,
  readHead,
  type StateHead,
  withoutCheckpoint,
} from "./state-head.ts";
import { formerOf, type HeadContent, inlineOf, pack, readFormer, renderHead } from "./state-secret.ts";

export type StateAdminOptions = Pick<SecretStatesOptions, "client" | "namespace" | "now"> & {
  /** Runs `work` while this process holds the stack's Lease. @throws StackFailure `locked` when another one has it */
  readonly underLease: <T>(stack: string, work: () => Promise<T>) => Promise<T>;
};

/** States in Secrets, for people. What it writes, it writes under the stack's Lease and over what it has read. */
export class StateAdmin implements StackStateAdmin {
  readonly #access: SecretAccess;
  readonly #now: () => Instant;
  readonly #underLease: StateAdminOptions["underLease"];

  constructor(options: StateAdminOptions) {
    this.#access = new SecretAccess(options.client, options.namespace);
    this.#now = options.now;
    this.#underLease = options.underLease;
  }

  async list(): Promise<readonly StoredStack[]> {
    const heads = await this.#access.heads();
    return heads.map(describe).sort((a, b) => (a.stack < b.stack ? -1 : 1));
  }

  async export(stack: string, generation?: number): Promise<object> {
    const secret = await this.#access.head(stack);
    const head = readHead(secret?.metadata.annotations?.[ANNOTATION], stack);
    if (secret === undefined) throw refused(`nothing is stored of stack ${stack}`);
    const isFormer = generation !== undefined && !(head.ok && head.value.generation === generation);
    if (!isFormer && !head.ok) throw damaged(stack, head.error);
    const bytes = isFormer
      ? await readFormer(secret, generation)
      : await this.#access.checkpoint(head.ok ? head.value : emptyHead(stack), secret);
    if (bytes === undefined)
      throw refused(
        isFormer
          ? `generation ${generation} of stack ${stack} is not kept; kept are ${formerOf(secret).join(", ") || "no former ones"}`
          : `stack ${stack} has no state now; former ones: ${formerOf(secret).join(", ") || "none"}`,
      );
    const checkpoint = readCheckpoint(bytes);
    if (!checkpoint.ok) throw damaged(stack, checkpoint.error);
    return exportOf(checkpoint.value);
  }

  async import(stack: string, text: string, change: StateChange): Promise<StoredStack> {
    const checkpoint = importOf(stack, text);
    if (!checkpoint.ok) throw refused(`it can't be imported into stack ${stack}: ${checkpoint.error}`);
    const packed = await pack(stack, checkpoint.value);
    if (!packed.ok) throw refused(packed.error);
    const { inline, parts } = packed.value;
    return this.#underLease(stack, async () => {
      await this.#access.writeParts(stack, parts);
      return this.#replace(stack, (head) => ({
        head: {
          ...head,
          digest: digestOf(checkpoint.value),
          bytes: checkpoint.value.length,
          parts: parts.map(({ name }) => name),
          // It may tell of another time than what stands; so the next operation looks anew.
          operation: `import by ${change.by}: ${change.reason}`.slice(0, 400),
        },
        inline,
      }));
    });
  }

  adopt(stack: string, { by, reason }: StateChange): Promise<StoredStack> {
    return this.#underLease(stack, () =>
      this.#replace(stack, (head) => ({ head: { ...head, adopt: { by, reason } }, inline: undefined })),
    );
  }

  /** Writes anew what `render` makes of a head without a checkpoint; what was there becomes a former one. */
  async #replace(stack: string, render: (head: StateHead) => HeadContent): Promise<StoredStack> {
    const secret = await this.#access.head(stack);
    const read = readHead(secret?.metadata.annotations?.[ANNOTATION], stack);
    // A head that can't be read any more: above all that was, so that no generation is given twice.
    const floor = secret === undefined ? 0 : Math.max(0, ...formerOf(secret)) + 1;
    const known = read.ok ? read.value : { ...emptyHead(stack), generation: floor };
    const { operation: _, adopt: __, ...bare } = withoutCheckpoint(known);
    const content = render({ ...bare, at: renderInstant(this.#now()) });
    const packed = secret && inlineOf(secret);
    const former = packed && { former: { generation: known.generation, packed } };
    const written = await this.#access.write(
      renderHead(this.#access.namespace, secret, { ...content, ...former }),
    );
    if (!written.ok) throw stateFailure(stack, "written", written.error);
    await this.#access.sweepParts(stack, content.head.parts);
    return describe(written.value);
  }
}

function describe(secret: Secret): StoredStack {
  const former = formerOf(secret);
  const name = secret.metadata.name.slice(headName("").length);
  const read = readHead(secret.metadata.annotations?.[ANNOTATION], name);
  if (!read.ok) return { stack: name, state: "damaged", detail: read.error, former };
  const { stack, generation, bytes, at, operation, adopt, digest } = read.value;
  const stored = { stack, generation, bytes, at, former };
  if (adopt) return { ...stored, state: "adopt", detail: `${adopt.by}: ${adopt.reason}` };
  if (operation !== undefined) return { ...stored, state: "running", detail: operation };
  return { ...stored, state: digest === undefined ? "none" : "kept" };
}

const refused = (message: string): StackFailure => new StackFailure("invalid", message);
