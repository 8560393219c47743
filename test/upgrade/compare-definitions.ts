/** What of a CRD's schema a newer version takes away from objects that are stored. */

/** A schema as CRDs have it, as far as it is compared. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-validations"?: readonly { readonly rule: string }[];
  readonly [limit: string]: unknown;
}

interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly schema: { readonly openAPIV3Schema: Schema };
}
export interface Definition {
  readonly spec: {
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly versions: readonly CrdVersion[];
  };
}

const UPPER = ["maxLength", "maxItems", "maxProperties", "maximum"] as const;
const LOWER = ["minLength", "minItems", "minProperties", "minimum"] as const;
const SAME = ["type", "format", "pattern"] as const;

/** One sentence, with the path, for each thing that an object of the former version may have and the later one refuses or drops. */
export function narrowed(before: Definition, after: Definition): readonly string[] {
  const found: string[] = [];
  if (before.spec.scope !== after.spec.scope) found.push("scope changed");
  if (before.spec.names.plural !== after.spec.names.plural) found.push("plural changed");
  for (const { name, served, schema } of before.spec.versions) {
    const next = after.spec.versions.find((version) => version.name === name);
    if (next === undefined || (served && !next.served)) found.push(`${name}: no longer served`);
    else found.push(...compare(schema.openAPIV3Schema, next.schema.openAPIV3Schema, name));
  }
  return found;
}

function compare(before: Schema, after: Schema, path: string): readonly string[] {
  return [
    ...SAME.flatMap((what) =>
      after[what] !== undefined && after[what] !== before[what] ? [`${path}: ${what} changed`] : [],
    ),
    ...values(before, after, path),
    ...limits(before, after, path),
    ...rules(before, after, path),
    ...members(before, after, path),
  ];
}

function values(before: Schema, after: Schema, path: string): readonly string[] {
  if (after.enum === undefined) return [];
  if (before.enum === undefined) return [`${path}: a list of values where there was none`];
  const left = before.enum.filter((value) => !after.enum?.includes(value));
  return left.map((value) => `${path}: value ${JSON.stringify(value)} is gone`);
}

function limits(before: Schema, after: Schema, path: string): readonly string[] {
  const tighter = (limit: string, isTighter: (now: number, was: number) => boolean): readonly string[] => {
    const [was, now] = [before[limit], after[limit]] as readonly (number | undefined)[];
    if (now === undefined || (was !== undefined && !isTighter(now, was))) return [];
    return [`${path}: ${limit} ${was ?? "none"} → ${now}`];
  };
  return [
    ...UPPER.flatMap((limit) => tighter(limit, (now, was) => now < was)),
    ...LOWER.flatMap((limit) => tighter(limit, (now, was) => now > was)),
  ];
}

function rules(before: Schema, after: Schema, path: string): readonly string[] {
  const known = new Set((before["x-kubernetes-validations"] ?? []).map(({ rule }) => rule));
  const added = (after["x-kubernetes-validations"] ?? []).filter(({ rule }) => !known.has(rule));
  return added.map(({ rule }) => `${path}: new rule ${rule}`);
}

function members(before: Schema, after: Schema, path: string): readonly string[] {
  const found: string[] = [];
  const open = (schema: Schema): boolean => schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (open(before) && !open(after)) found.push(`${path}: unknown members are dropped`);
  for (const name of after.required ?? [])
    if (!before.required?.includes(name) && after.properties?.[name]?.default === undefined)
      found.push(`${path}.${name}: required`);
  for (const [name, schema] of Object.entries(before.properties ?? {})) {
    const next = after.properties?.[name];
    if (next !== undefined) found.push(...compare(schema, next, `${path}.${name}`));
    else if (!open(after)) found.push(`${path}.${name}: is gone`);
  }
  if (before.items !== undefined && after.items !== undefined)
    found.push(...compare(before.items, after.items, `${path}[]`));
  const [was, now] = [before.additionalProperties, after.additionalProperties];
  if (typeof was === "object" && typeof now === "object") found.push(...compare(was, now, `${path}.*`));
  else if (was !== undefined && was !== false && (now === undefined || now === false) && !open(after))
    found.push(`${path}.*: is gone`);
  return found;
}
