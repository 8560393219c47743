import type { StructuralSchema } from "./structural-schema.ts";

/** What a fresh object shows until the controller has seen it, so that nobody takes it for a finished one. */
export const FRESH_STATUS = { observedGeneration: -1 } as const;

/**
 * A status is written by the controller alone: types, formats and limits stay, defaults and CEL rules go.
 *
 * Defaults would be filled in when an object is read, also into what was frozen when a release started: a newer CRD
 * would then change a frozen release and its hash. CEL rules would be paid for at every status write, and could
 * refuse one in the middle of a release.
 */
export function statusSchema(schema: StructuralSchema): StructuralSchema {
  return { ...plain(schema), default: FRESH_STATUS };
}

function plain(schema: StructuralSchema): StructuralSchema {
  const { default: _default, "x-kubernetes-validations": _rules, ...rest } = schema;
  return {
    ...rest,
    ...(rest.items && { items: plain(rest.items) }),
    ...(rest.additionalProperties && { additionalProperties: plain(rest.additionalProperties) }),
    ...(rest.properties && {
      properties: Object.fromEntries(Object.entries(rest.properties).map(([k, v]) => [k, plain(v)])),
    }),
  };
}
