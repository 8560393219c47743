import type { CelRule } from "../fields.ts";
import { GROUP, VERSION } from "../object.ts";
import type { KindDefinition, PrinterColumn } from "./kinds.ts";
import { statusSchema } from "./status-schema.ts";
import { type StructuralSchema, structuralSchema } from "./structural-schema.ts";

/** A CustomResourceDefinition of `apiextensions.k8s.io/v1`, as far as Bascule fills it. */
export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: Readonly<Record<string, string | readonly string[]>>;
    readonly scope: KindDefinition["scope"];
    readonly versions: readonly unknown[];
  };
}

const text = (description: string): StructuralSchema => ({ type: "string", description });

/** The schema of whole objects of a kind: what the API server checks, and what the field tables show. */
export function objectSchema(definition: KindDefinition): StructuralSchema {
  const { nameLimit, status } = definition;
  const rules = [...(nameLimit === undefined ? [] : nameRules(nameLimit)), ...(definition.rules ?? [])];
  return {
    type: "object",
    description: definition.description,
    properties: {
      apiVersion: text("Version of the schema of this object."),
      kind: text("Kind of this object."),
      metadata: { type: "object" },
      spec: structuralSchema(definition.spec),
      ...(status && { status: statusSchema(structuralSchema(status)) }),
    },
    required: ["spec"],
    ...(rules.length > 0 && { "x-kubernetes-validations": rules }),
  };
}

/** The CRD of a kind. */
export function customResource(definition: KindDefinition): CustomResourceDefinition {
  const { kind, plural, singular, shortName, scope, columns, status } = definition;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        shortNames: [shortName],
        categories: ["bascule"],
      },
      scope,
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          additionalPrinterColumns: columns.map(printerColumn),
          schema: { openAPIV3Schema: objectSchema(definition) },
          ...(status && { subresources: { status: {} } }),
        },
      ],
    },
  };
}

const printerColumn = ({ name, jsonPath, type, wide }: PrinterColumn) => ({
  name,
  type,
  jsonPath,
  ...(wide && { priority: 1 }),
});

/** A rule on the name has no `fieldPath` that the API server accepts, so the message begins with the field. */
const nameRules = (limit: number): CelRule[] => [
  {
    rule: `self.metadata.name.size() <= ${limit}`,
    message: `metadata.name: at most ${limit} characters, for it becomes part of other names and of labels`,
  },
  {
    rule: "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
    message:
      "metadata.name: lower-case letters, digits and hyphens only, with a letter or digit at both ends",
  },
];
