import type { StructuralSchema } from "./structural-schema.ts";

/** A line of a field table. */
export interface FieldRow {
  /** `spec.traffic.routes[].name`; `.*` stands for any key of a map. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  /** JSON of the default; absent without one. */
  readonly default?: string;
  readonly description: string;
  /** Messages of the field's CEL rules. */
  readonly rules: readonly string[];
}

/** Lists the fields below a schema, parents before children. Fields whose path `leaveOut` names get no children. */
export function fieldRows(
  schema: StructuralSchema,
  path: string,
  leaveOut: ReadonlySet<string> = new Set(),
): FieldRow[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = `${path}.${name}`;
    const children = leaveOut.has(here) ? [] : below(field, here, leaveOut);
    return [row(field, here, required.has(name)), ...children];
  });
}

function below(field: StructuralSchema, path: string, leaveOut: ReadonlySet<string>): FieldRow[] {
  if (field.items) return below(field.items, `${path}[]`, leaveOut);
  if (field.additionalProperties) return below(field.additionalProperties, `${path}.*`, leaveOut);
  return fieldRows(field, path, leaveOut);
}

const row = (field: StructuralSchema, path: string, required: boolean): FieldRow => ({
  path,
  type: typeOf(field),
  required,
  ...(field.default !== undefined && { default: JSON.stringify(field.default) }),
  description: field.description ?? "",
  rules: [field, ...(field.items ? [field.items] : [])].flatMap((s) =>
    (s["x-kubernetes-validations"] ?? []).map((rule) => rule.message ?? rule.rule),
  ),
});

/** The type in words: with limits, because they are what people run into. */
export function typeOf(field: StructuralSchema): string {
  if (field["x-kubernetes-int-or-string"]) return "integer or string";
  if (field["x-kubernetes-preserve-unknown-fields"]) return "any object";
  if (field.items)
    return `list of ${inBrackets(field.items)}${among(field.minItems, field.maxItems, "items")}${listKind(field)}`;
  if (field.additionalProperties)
    return `map to ${inBrackets(field.additionalProperties)}${among(field.minProperties, field.maxProperties, "keys")}`;
  if (field.enum) return field.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (field.format === "date-time") return "time (RFC 3339)";
  if (field.type === "string") return `string${among(field.minLength, field.maxLength, "characters")}`;
  if (field.type === "integer" || field.type === "number")
    return `${field.type}${among(field.minimum, field.maximum, "")}`;
  return field.type ?? "";
}

/** The limits of a member in brackets, so that they are not taken for those of the list. */
function inBrackets(member: StructuralSchema): string {
  const [name = "", ...limits] = typeOf(member).split(", ");
  return limits.length === 0 || member.enum ? typeOf(member) : `${name} (${limits.join(", ")})`;
}

function listKind(field: StructuralSchema): string {
  const keys = field["x-kubernetes-list-map-keys"];
  if (keys) return `, unique by ${keys.join(" and ")}`;
  return field["x-kubernetes-list-type"] === "set" ? ", each once" : "";
}

function among(least: number | undefined, most: number | undefined, unit: string): string {
  const tail = unit === "" ? "" : ` ${unit}`;
  if (most === undefined) return least === undefined || least === 0 ? "" : `, at least ${least}${tail}`;
  return least === undefined ? `, at most ${most}${tail}` : `, ${least} to ${most}${tail}`;
}
