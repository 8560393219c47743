/** A state as Secrets: one with the head, the checkpoint and former ones; more where the checkpoint is too large for it. */
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { err, ok, type Result } from "../../base/result.ts";
import type { Secret } from "../../kube/secret.ts";
import { LABEL, MANAGED_BY } from "../names.ts";
import {
  ANNOTATION,
  digestOf,
  headName,
  KIND_LABEL,
  SECRET_TYPE,
  STACK_LABEL,
  type StateHead,
  stackHash,
} from "./state-head.ts";

const KIB = 1024;
/** The API server takes a Secret of at most 1 MiB; these are bytes before base64. */
const LARGEST_INLINE = 256 * KIB;
const LARGEST_HEAD = 512 * KIB;
const LARGEST_PART = 640 * KIB;
const MOST_PARTS = 12;
const MOST_HISTORY = 3;
const LARGEST_CHECKPOINT = 128 * KIB * KIB;

const CHECKPOINT = "checkpoint.json.gz";
const history = (generation: number): string => `former-${generation}.json.gz`;
const HISTORY = /^former-(\d{1,15})\.json\.gz$/;

const compress = promisify(gzip) as (bytes: Uint8Array) => Promise<Buffer>;
const expand = promisify(gunzip) as (bytes: Uint8Array, o: { maxOutputLength: number }) => Promise<Buffer>;

/** A checkpoint as it is stored: in the head's Secret, or in parts of which that one knows the names. */
export interface Packed {
  readonly inline: Buffer | undefined;
  readonly parts: readonly { readonly name: string; readonly bytes: Buffer }[];
}

/** @returns what to store; an error when it is larger than what is kept */
export async function pack(stack: string, checkpoint: Buffer): Promise<Result<Packed, string>> {
  const packed = await compress(checkpoint);
  if (packed.length <= LARGEST_INLINE) return ok({ inline: packed, parts: [] });
  const count = Math.ceil(packed.length / LARGEST_PART);
  if (count > MOST_PARTS)
    return err(
      `the state of stack ${stack} has ${packed.length} bytes compressed; at most ${LARGEST_PART * MOST_PARTS} are kept in the cluster: make the program smaller, or use another --backend`,
    );
  // Named by content: what a dead writer left under the same name is the same.
  const name = (n: number): string => `${headName(stack)}.${digestOf(packed).slice(0, 16)}.${n}`;
  const parts = Array.from({ length: count }, (_, n) => ({
    name: name(n),
    bytes: packed.subarray(n * LARGEST_PART, (n + 1) * LARGEST_PART),
  }));
  return ok({ inline: undefined, parts });
}

/** @returns the checkpoint that the head tells of; an error when it is not what was stored */
export async function unpack(
  head: StateHead,
  packed: readonly (Buffer | undefined)[],
): Promise<Result<Buffer, string>> {
  if (packed.length === 0 || packed.some((part) => part === undefined))
    return err("a part of the checkpoint is missing");
  let checkpoint: Buffer;
  try {
    checkpoint = await expand(Buffer.concat(packed as Buffer[]), { maxOutputLength: LARGEST_CHECKPOINT });
  } catch {
    return err("the checkpoint can't be decompressed");
  }
  if (digestOf(checkpoint) !== head.digest)
    return err("the checkpoint's digest is not the one that was stored");
  return ok(checkpoint);
}

/** The stored bytes in the head's Secret; undefined when it holds none. */
export const inlineOf = (secret: Secret): Buffer | undefined => decoded(secret.data?.[CHECKPOINT]);

/** The stored bytes of a part. */
export const partOf = (secret: Secret): Buffer | undefined => decoded(secret.data?.part);

/** Generations of former checkpoints that are kept, newest first. */
export const formerOf = (secret: Secret): readonly number[] =>
  Object.keys(secret.data ?? {})
    .flatMap((key) => HISTORY.exec(key)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);

/** A former checkpoint; undefined when it is not kept, or damaged. */
export async function readFormer(secret: Secret, generation: number): Promise<Buffer | undefined> {
  const packed = decoded(secret.data?.[history(generation)]);
  if (packed === undefined) return undefined;
  return expand(packed, { maxOutputLength: LARGEST_CHECKPOINT }).catch(() => undefined);
}

export interface HeadContent {
  readonly head: StateHead;
  readonly inline: Buffer | undefined;
  /** A checkpoint that becomes a former one, as it was stored. */
  readonly former?: { readonly generation: number; readonly packed: Buffer };
}

/** The head's Secret with new content; of `before` stay its version and as many former checkpoints as there is room for. */
export function renderHead(namespace: string, before: Secret | undefined, content: HeadContent): Secret {
  const { head, inline, former } = content;
  const { stack } = head;
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: SECRET_TYPE,
    metadata: {
      ...before?.metadata,
      name: headName(stack),
      namespace,
      labels: { ...before?.metadata.labels, ...labels(stack, "head") },
      annotations: { ...before?.metadata.annotations, [ANNOTATION]: JSON.stringify(head) },
    },
    data: {
      ...(inline === undefined ? {} : { [CHECKPOINT]: inline.toString("base64") }),
      ...keepFormer(before, inline?.length ?? 0, former),
    },
  };
}

export const renderPart = (
  namespace: string,
  stack: string,
  { name, bytes }: Packed["parts"][number],
): Secret => ({
  apiVersion: "v1",
  kind: "Secret",
  type: SECRET_TYPE,
  immutable: true,
  metadata: { name, namespace, labels: labels(stack, "part") },
  data: { part: bytes.toString("base64") },
});

/** Selects the Secrets of one kind, of one stack or of all. */
export const selectorOf = (kind: "head" | "part", stack?: string): string =>
  Object.entries(stack === undefined ? { [KIND_LABEL]: kind } : labels(stack, kind))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

/** Not the labels of a plan's objects: what carries those is removed with the plan, wherever Bascule's namespace is. */
const labels = (stack: string, kind: "head" | "part"): Readonly<Record<string, string>> => ({
  [LABEL.managedBy]: MANAGED_BY,
  [KIND_LABEL]: kind,
  [STACK_LABEL]: stackHash(stack),
});

function keepFormer(
  before: Secret | undefined,
  taken: number,
  newest: HeadContent["former"],
): Record<string, string> {
  const known = formerOf(before ?? { apiVersion: "v1", kind: "Secret", metadata: { name: "" } });
  const generations = [...new Set([...(newest ? [newest.generation] : []), ...known])];
  const kept: Record<string, string> = {};
  let room = LARGEST_HEAD - taken;
  for (const generation of generations.slice(0, MOST_HISTORY)) {
    const key = history(generation);
    const text =
      newest?.generation === generation ? newest.packed.toString("base64") : (before?.data?.[key] ?? "");
    room -= Buffer.byteLength(text, "base64");
    if (room < 0) break;
    kept[key] = text;
  }
  return kept;
}

const decoded = (text: string | undefined): Buffer | undefined =>
  typeof text === "string" ? Buffer.from(text, "base64") : undefined;
