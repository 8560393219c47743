/**
 * The operations of RFC 6902 that are written here. A `test` whose value is `null` holds on the API server when
 * the member is absent; that is how "nobody has marked this" is guarded.
 */
export type PatchOp =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** A JSON pointer of member names and indexes. */
export const pointer = (...segments: readonly (string | number)[]): string =>
  segments.map((segment) => `/${String(segment).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Makes the write fail with a proper 409 when the object is not the one that was read. */
export const versionGuard = (resourceVersion: string): PatchOp => ({
  op: "replace",
  path: "/metadata/resourceVersion",
  value: resourceVersion,
});
