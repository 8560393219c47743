/**
 * Copies objects inside of etcd, by its JSON gateway. Runs where etcd answers, in the node's network; see copies.ts.
 * The order comes on standard input.
 */
import { text } from "node:stream/consumers";
import { disguised, newUids, type Stored } from "./stored.ts";

const ETCD = "http://127.0.0.1:2379/v3/kv";
/** Bounds of one transaction; etcd's own are 128 operations and 1.5 MiB. */
const MOST_OPERATIONS = 100;
const MOST_BYTES = 2 ** 19;
const AT_ONCE = 4;
/** Events go by themselves, and nobody reads them. */
const LEFT_OUT = /^\/registry\/events\//;

export interface CopyOrder {
  readonly namespace: string;
  /** Name of the node: copies name another, so that no kubelet starts copies of pods. */
  readonly node: string;
  /** What the names of all originals hold, and nothing else's. */
  readonly name: string;
  /** What stands for it in each copy. */
  readonly copies: readonly string[];
  /** Values by key that are copied in place of what is stored. */
  readonly instead: Readonly<Record<string, string>>;
}

async function ask<T>(what: "range" | "txn", body: unknown): Promise<T> {
  const response = await fetch(`${ETCD}/${what}`, {
    method: "POST",
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const said = await response.text();
  if (!response.ok) throw new Error(`etcd: ${response.status} ${said.slice(0, 500)}`);
  return JSON.parse(said) as T;
}

const base64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString("base64");

interface Range {
  readonly kvs?: readonly { readonly key: string; readonly value?: string }[];
}

async function originals({ namespace, name, instead }: CopyOrder): Promise<readonly Stored[]> {
  const all = { key: base64("/registry/"), range_end: base64("/registry0") };
  const { kvs = [] } = await ask<Range>("range", { ...all, keys_only: true });
  const keys = kvs
    .map(({ key }) => Buffer.from(key, "base64").toString())
    .filter((key) => key.includes(`/${namespace}/`) && key.includes(name) && !LEFT_OUT.test(key));
  const found = keys.map(async (key) => {
    const other = instead[key];
    if (other !== undefined) return { key: Buffer.from(key), value: Buffer.from(other) };
    const [kv] = (await ask<Range>("range", { key: base64(key) })).kvs ?? [];
    return { key: Buffer.from(key), value: Buffer.from(kv?.value ?? "", "base64") };
  });
  return Promise.all(found);
}

/** All copies, in transactions that are not too large. */
function* transactions(all: readonly Stored[], order: CopyOrder): Generator<readonly Stored[]> {
  let puts: Stored[] = [];
  let bytes = 0;
  const elsewhere = [order.node, order.node.replace(/./g, "x")] as const;
  for (const copy of order.copies) {
    const disguise = new Map([...newUids(all), [order.name, copy], elsewhere]);
    for (const original of all) {
      const put = disguised(original, disguise);
      puts.push(put);
      bytes += put.value.length;
      if (puts.length < MOST_OPERATIONS && bytes < MOST_BYTES) continue;
      yield puts;
      [puts, bytes] = [[], 0];
    }
  }
  if (puts.length > 0) yield puts;
}

async function copy(order: CopyOrder): Promise<void> {
  const all = await originals(order);
  if (all.length === 0) throw new Error(`etcd holds nothing of ${order.name}`);
  const left = transactions(all, order);
  const worker = async (): Promise<void> => {
    for (const puts of left) {
      const success = puts.map(({ key, value }) => ({
        request_put: { key: base64(key), value: base64(value) },
      }));
      await ask("txn", { success });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const size = all.reduce((sum, { value }) => sum + value.length, 0);
  console.log(JSON.stringify({ objects: all.length, bytes: size }));
}

await copy(JSON.parse(await text(process.stdin)) as CopyOrder);
