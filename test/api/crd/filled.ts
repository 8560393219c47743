import type { StructuralSchema } from "../../../src/api/crd/structural-schema.ts";

/** Texts of which one fits each pattern of the API. */
const TEXTS = ["a", "$.a", "5m", "1.0.0", "/a", "http://a", "a=b", "sha256:00", "manual", "0.5%"];

/**
 * A value with every field that a schema knows, so that nothing which the API server would drop goes unseen.
 * @throws Error naming the pattern that no text here fits.
 */
export function filled(schema: StructuralSchema): unknown {
  if (schema.enum) return schema.enum.at(-1);
  if (schema["x-kubernetes-int-or-string"]) return "12.5%";
  if (schema["x-kubernetes-preserve-unknown-fields"]) return { free: { form: [1, "two", null] } };
  if (schema.properties)
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, field]) => [name, filled(field)]),
    );
  if (schema.additionalProperties) return { key: filled(schema.additionalProperties) };
  if (schema.items) return [filled(schema.items)];
  if (schema.type === "boolean") return true;
  if (schema.type === "integer") return schema.maximum ?? 7;
  if (schema.type === "number") return schema.maximum ?? 0.5;
  if (schema.type === "string") return text(schema);
  if (schema.type === "object") return {};
  throw new Error(`nothing to fill in for ${JSON.stringify(schema)}`);
}

function text({ pattern, format }: StructuralSchema): string {
  if (format === "date-time") return "2030-01-01T00:00:00.123Z";
  const fitting = TEXTS.find((candidate) => pattern === undefined || new RegExp(pattern).test(candidate));
  if (fitting === undefined) throw new Error(`add a text that fits ${pattern}`);
  return fitting;
}
