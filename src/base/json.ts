import { createHash } from "node:crypto";

/** Anything that survives a JSON round trip. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/** JSON with sorted keys and without undefined members: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === "object" && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : v,
  );
}

/** `sha256:` and the hex digest of the value's canonical JSON. */
export const digestOf = (value: unknown): string =>
  `sha256:${createHash("sha256").update(canonicalJson(value)).digest("hex")}`;

/** Deep equality of JSON values; member order and undefined members don't count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const [one, other] = [a ?? null, b ?? null];
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return one === other;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, n) => sameJson(item, other[n]));
  }
  return sameMembers(one as JsonObject, other as JsonObject);
}

function sameMembers(one: JsonObject, other: JsonObject): boolean {
  const left = Object.keys(one).filter((key) => one[key] !== undefined);
  const right = Object.keys(other).filter((key) => other[key] !== undefined);
  // A member that is null is not the same as none.
  return (
    left.length === right.length && left.every((k) => other[k] !== undefined && sameJson(one[k], other[k]))
  );
}
