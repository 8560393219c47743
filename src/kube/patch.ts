/** One operation of an RFC 6902 patch. */
export type PatchOp =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly path: string; readonly from: string };

/** One member name as part of a JSON pointer. */
export const pointerSegment = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/**
 * Puts the precondition in front. It is a `replace`, not a `test`: a failed `test` answers 422 without details,
 * like any mistake in the patch, while writing an old resourceVersion answers a proper 409.
 */
export const withVersion = (
  ops: readonly PatchOp[],
  resourceVersion: string | undefined,
): readonly PatchOp[] =>
  resourceVersion === undefined
    ? ops
    : [{ op: "replace", path: "/metadata/resourceVersion", value: resourceVersion }, ...ops];

/** Paths relative to the status become paths of the object. */
export const statusPatch = (ops: readonly PatchOp[]): readonly PatchOp[] =>
  ops.map((op) => {
    const path = `/status${op.path}`;
    return "from" in op ? { ...op, path, from: `/status${op.from}` } : { ...op, path };
  });

/** A merge patch with the same precondition. */
export function mergePatchBody(
  patch: Readonly<Record<string, unknown>>,
  resourceVersion: string | undefined,
): Readonly<Record<string, unknown>> {
  if (resourceVersion === undefined) return patch;
  const metadata = typeof patch.metadata === "object" && patch.metadata !== null ? patch.metadata : {};
  return { ...patch, metadata: { ...metadata, resourceVersion } };
}
