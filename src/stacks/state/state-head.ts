/** What is known of a stored state without its content: one annotation of its Secret. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { err, ok, type Result } from "../../base/result.ts";

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** Written by newer versions of Bascule as well: members that are not known are dropped. */
const SCHEMA = z.object({
  version: z.literal(1),
  stack: z.string().min(1).max(200),
  /** Counts up with each checkpoint that is stored. */
  generation: z.int().min(0),
  /** Of the checkpoint, uncompressed; absent when there is none. */
  digest: digest.optional(),
  bytes: z.int().min(0),
  /** Secrets that hold it, in order; empty when it is in this one. */
  parts: z.array(z.string().max(253)).max(64),
  /** Operation that has the state, or that had it and did not end as it should. */
  operation: z.string().max(400).optional(),
  /** Of the plan's namespace: a namespace of the same name made anew holds nothing of what the state tells. */
  namespaceUid: z.string().max(64).optional(),
  at: z.string().max(40),
  /** Why there is no checkpoint: somebody has set it aside. */
  adopt: z.object({ by: z.string().max(400), reason: z.string().max(1_024) }).optional(),
});

export type StateHead = Readonly<z.infer<typeof SCHEMA>>;

export const ANNOTATION = "bascule.dev/state";
/** `head` or `part`; for those who list. */
export const KIND_LABEL = "bascule.dev/state";
/** Which stack's; a hash, because a stack's name may be longer than a label's value. */
export const STACK_LABEL = "bascule.dev/state-of";
export const SECRET_TYPE = "bascule.dev/stack-state";

export const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
export const stackHash = (stack: string): string => digestOf(Buffer.from(stack)).slice(0, 32);
export const headName = (stack: string): string => `bascule-state-${stack}`;

/** A state that holds nothing yet. */
export const emptyHead = (stack: string): StateHead => ({
  version: 1,
  stack,
  generation: 0,
  bytes: 0,
  parts: [],
  at: "",
});

/** Reads the annotation; an error says what is wrong with it. */
export function readHead(text: string | undefined, stack?: string): Result<StateHead, string> {
  if (text === undefined) return err(`annotation ${ANNOTATION} is missing`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err(`annotation ${ANNOTATION} is not JSON`);
  }
  const read = SCHEMA.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return err(`annotation ${ANNOTATION}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  if (stack !== undefined && read.data.stack !== stack)
    return err(`annotation ${ANNOTATION} is of stack ${read.data.stack}`);
  return ok(read.data);
}

/** The head of a state whose checkpoint is no more, or does not count any more. */
export function withoutCheckpoint(head: StateHead): StateHead {
  const { digest: _, ...rest } = head;
  return { ...rest, generation: head.generation + 1, bytes: 0, parts: [] };
}
