import { type PatchOp, pointer } from "./json-patch.ts";

type Annotations = Readonly<Record<string, string>> | undefined;

export interface RenderedMarks {
  /** Tests that the annotations still are what was read. */
  readonly guards: readonly PatchOp[];
  /** Empty when the annotations already say it. */
  readonly changes: readonly PatchOp[];
}

/**
 * Sets (text) or takes away (null) annotations, guarded by what was read of the members `guarded`. Other
 * annotations are left alone, also those that somebody adds at the same moment.
 */
export function renderMarks(
  annotations: Annotations,
  wanted: Readonly<Record<string, string | null>>,
  guarded: readonly string[],
): RenderedMarks {
  const differing = Object.entries(wanted).filter(([key, value]) => (annotations?.[key] ?? null) !== value);
  if (annotations === undefined) {
    const value = Object.fromEntries(differing);
    const path = pointer("metadata", "annotations");
    return {
      guards: [{ op: "test", path, value: null }],
      changes: differing.length === 0 ? [] : [{ op: "add", path, value }],
    };
  }
  const path = (key: string): string => pointer("metadata", "annotations", key);
  return {
    guards: guarded.map((key) => ({ op: "test", path: path(key), value: annotations[key] ?? null })),
    changes: differing.map(([key, value]) =>
      value === null ? { op: "remove", path: path(key) } : { op: "add", path: path(key), value },
    ),
  };
}
