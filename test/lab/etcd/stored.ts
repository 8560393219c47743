import { randomUUID } from "node:crypto";

/** A key and its value, as etcd holds them. */
export interface Stored {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** What is replaced in copies, each by a text of the same length. */
export type Disguise = ReadonlyMap<string, string>;

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Every uid in some objects gets one of its own, so that what they say of each other stays true of their copies. */
export const newUids = (all: readonly Stored[]): Disguise =>
  new Map(
    all.flatMap(({ value }) => value.toString("latin1").match(UUID) ?? []).map((uid) => [uid, randomUUID()]),
  );

/**
 * An object under other names. Nothing changes its length, so this is right for objects that are stored as JSON and
 * for those that are stored as protobuf, which says how long each text is.
 */
export function disguised({ key, value }: Stored, disguise: Disguise): Stored {
  const replaced = (bytes: Buffer): Buffer => {
    let text = bytes.toString("latin1");
    for (const [from, to] of disguise) text = text.replaceAll(from, to);
    return Buffer.from(text, "latin1");
  };
  for (const [from, to] of disguise)
    if (from.length !== to.length) throw new TypeError(`"${to}" is not as long as "${from}"`);
  return { key: replaced(key), value: replaced(value) };
}
