import { z } from "zod";
import type { CelRule } from "../fields.ts";

/** A schema as a CRD takes it: the structural part of OpenAPI 3.0 with the `x-kubernetes-*` extensions. */
export interface StructuralSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly items?: StructuralSchema;
  readonly additionalProperties?: StructuralSchema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly "x-kubernetes-int-or-string"?: true;
  readonly "x-kubernetes-preserve-unknown-fields"?: true;
  readonly "x-kubernetes-list-type"?: "atomic" | "map" | "set";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  readonly "x-kubernetes-validations"?: readonly CelRule[];
}

/** What zod exports: plain JSON, members not yet known to be allowed. */
type Exported = Readonly<Record<string, unknown>>;

/** Members that are taken over as they stand, in the order in which they are written. */
const PLAIN = [
  ...["type", "description", "format", "default", "enum", "pattern", "minimum", "exclusiveMinimum"],
  ...["maximum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems"],
  ...["minProperties", "maxProperties", "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"],
  ...["x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"],
];
const NESTED = ["properties", "required", "items", "additionalProperties", "x-kubernetes-validations"];
const KEY_LIMIT = "x-bascule-key";

/**
 * Turns a zod schema into a structural schema.
 *
 * The input side is exported: in it a field with a default is optional, and no object forbids further members,
 * which the API server does not accept beside `properties`.
 *
 * @throws TypeError naming the field, for a zod type that a CRD cannot express: nothing is dropped in silence.
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  const exported = z.toJSONSchema(schema, {
    io: "input",
    target: "openapi-3.0",
    // The export forgets what a record asks of its keys.
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type !== "record") return;
      const key = z.toJSONSchema(zodSchema._zod.def.keyType as z.ZodType, { target: "openapi-3.0" });
      if (key.maxLength !== undefined) jsonSchema[KEY_LIMIT] = key.maxLength;
    },
  });
  return convert(exported as Exported, "");
}

function convert(from: Exported, path: string): StructuralSchema {
  const known = withoutIntegerBounds(withIntOrString(withFreeForm(from)));
  const to: Record<string, unknown> = {};
  for (const key of PLAIN) if (known[key] !== undefined) to[key] = known[key];
  if (to.description === "") delete to.description;
  if (typeof to.pattern === "string") to.pattern = to.pattern.replaceAll("\\/", "/");
  for (const key of Object.keys(known))
    if (!PLAIN.includes(key) && !NESTED.includes(key) && key !== KEY_LIMIT)
      throw new TypeError(`${path || "the root"}: a CRD can't express "${key}"; choose another zod type`);
  if (to.type === undefined && to["x-kubernetes-int-or-string"] === undefined)
    throw new TypeError(`${path || "the root"}: the schema has no type; say what may stand here`);

  if (known.items !== undefined) {
    to.items = convert(known.items as Exported, `${path}[]`);
    to["x-kubernetes-list-type"] ??= "atomic";
  }
  if (known.properties !== undefined) {
    const properties = Object.entries(known.properties as Record<string, Exported>);
    to.properties = Object.fromEntries(properties.map(([k, v]) => [k, convert(v, `${path}.${k}`)]));
  }
  if (known.additionalProperties !== undefined)
    to.additionalProperties = convert(known.additionalProperties as Exported, `${path}.*`);
  if (Array.isArray(known.required) && known.required.length > 0) to.required = known.required;
  const rules = [...((known["x-kubernetes-validations"] as CelRule[]) ?? []), ...keyRule(known, path)];
  if (rules.length > 0) to["x-kubernetes-validations"] = rules;
  return to as StructuralSchema;
}

/** `record(string, unknown)` comes with `additionalProperties: {}`, which the API server refuses. */
function withFreeForm(from: Exported): Exported {
  if (from["x-kubernetes-preserve-unknown-fields"] !== true) return from;
  const { additionalProperties: _, ...rest } = from;
  return rest;
}

/** The two branches are implied by the extension; a limit on the text's form is a CEL rule. */
function withIntOrString(from: Exported): Exported {
  if (from["x-kubernetes-int-or-string"] !== true) return from;
  const { anyOf: _, ...rest } = from;
  return rest;
}

/** zod bounds every integer by what a double holds exactly. */
function withoutIntegerBounds(from: Exported): Exported {
  const { minimum, maximum, ...rest } = from;
  return {
    ...rest,
    ...(minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
  };
}

/** The rule for the length of a map's keys; it can only be afforded when the number of members is limited. */
function keyRule(known: Exported, path: string): CelRule[] {
  const limit = known[KEY_LIMIT];
  if (typeof limit !== "number" || known["x-kubernetes-preserve-unknown-fields"] === true) return [];
  if (known.maxProperties === undefined)
    throw new TypeError(`${path}: give maxProperties in .meta(), so that the length of keys can be checked`);
  return [
    { rule: `self.all(k, k.size() <= ${limit})`, message: `a key may have at most ${limit} characters` },
  ];
}
