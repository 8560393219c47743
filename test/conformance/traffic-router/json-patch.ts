/** RFC 6902 as the API server applies it, its leniency on `test` for absent members included. */
import { sameJson } from "../../../src/base/json.ts";
import type { PatchOp } from "../../../src/core/traffic/json-patch.ts";

type Container = Record<string, unknown> | unknown[];

/** Applies all operations or none. Answers why when one doesn't apply. */
export function applyJsonPatch<T extends object>(
  object: T,
  ops: readonly PatchOp[],
): T | { readonly refused: string } {
  const copy = structuredClone(object);
  for (const op of ops) {
    const problem = applyOne(copy as Container, op);
    if (problem !== undefined) return { refused: `${op.op} ${op.path}: ${problem}` };
  }
  return copy;
}

const decode = (segment: string): string => segment.replaceAll("~1", "/").replaceAll("~0", "~");

function applyOne(root: Container, op: PatchOp): string | undefined {
  const segments = op.path.split("/").slice(1).map(decode);
  const key = segments.pop() ?? "";
  let container: unknown = root;
  for (const segment of segments) container = member(container, segment);
  if (typeof container !== "object" || container === null) return "missing path";
  return Array.isArray(container)
    ? inList(container, key, op)
    : inObject(container as Record<string, unknown>, key, op);
}

function member(container: unknown, key: string): unknown {
  if (Array.isArray(container)) return container[Number(key)];
  return typeof container === "object" && container !== null
    ? (container as Record<string, unknown>)[key]
    : undefined;
}

function inObject(object: Record<string, unknown>, key: string, op: PatchOp): string | undefined {
  if (op.op === "test") return sameJson(object[key], op.value) ? undefined : "test failed";
  if (op.op === "remove") {
    if (!(key in object)) return "missing member";
    delete object[key];
    return undefined;
  }
  if (op.op === "replace" && !(key in object) && object[key] === undefined) object[key] = null;
  object[key] = structuredClone(op.value);
  return undefined;
}

function inList(list: unknown[], key: string, op: PatchOp): string | undefined {
  if (op.op === "add" && key === "-") {
    list.push(structuredClone(op.value));
    return undefined;
  }
  const index = Number(key);
  if (!Number.isInteger(index) || index < 0 || index > list.length - (op.op === "add" ? 0 : 1))
    return "invalid index";
  if (op.op === "test") return sameJson(list[index], op.value) ? undefined : "test failed";
  if (op.op === "remove") list.splice(index, 1);
  else if (op.op === "add") list.splice(index, 0, structuredClone(op.value));
  else list[index] = structuredClone(op.value);
  return undefined;
}
