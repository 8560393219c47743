import { API_VERSION } from "../object.ts";
import { objectSchema } from "./custom-resource.ts";
import { type FieldRow, fieldRows } from "./field-rows.ts";
import type { KindDefinition } from "./kinds.ts";

/** Inner form of a running release: the controller's own affair, so it is linked, not listed. */
const INTERNAL = new Map([["status.frozen", "src/api/frozen.ts"]]);

/** The page of a kind in the specification: every field with type, default and description. */
export function kindPage(definition: KindDefinition): string {
  const { kind, description, scope, shortName, columns, nameLimit } = definition;
  const schema = objectSchema(definition);
  const { spec, status } = schema.properties ?? {};
  const where = scope === "Cluster" ? "cluster-wide" : "namespaced";
  const shown = columns.map((c) => `${c.name.toUpperCase()}${c.wide ? " (with `-o wide`)" : ""}`);
  const rules = (schema["x-kubernetes-validations"] ?? []).map((rule) => `- ${rule.message ?? rule.rule}`);
  return [
    `# ${kind}`,
    description,
    `\`${API_VERSION}\`, ${where}. Short name \`${shortName}\`: \`kubectl get ${shortName}\` shows ${shown.join(", ")}.`,
    ...(nameLimit === undefined ? [] : [`Names are DNS labels of at most ${nameLimit} characters.`]),
    "A field in **bold** must be given.",
    "## spec",
    spec?.description ?? "",
    spec ? table(fieldRows(spec, "spec")) : "",
    spec ? ruleList(spec["x-kubernetes-validations"]?.map((rule) => rule.message ?? rule.rule) ?? []) : "",
    ...(status
      ? [
          "## status",
          `${status.description ?? ""} Written by the controller alone. Until it has seen an object, \`observedGeneration\` is -1.`,
          table(fieldRows(status, "status", new Set(INTERNAL.keys()))),
        ]
      : []),
    ...(rules.length > 0 ? ["## Rules over the whole object", rules.join("\n")] : []),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

const ruleList = (messages: readonly string[]): string =>
  messages.length === 0 ? "" : ["Rules:", "", ...messages.map((message) => `- ${message}`)].join("\n");

const table = (rows: readonly FieldRow[]): string =>
  ["| Field | Type | Default | Description |", "|---|---|---|---|", ...rows.map(line)].join("\n");

function line({ path, type, required, default: preset, description, rules }: FieldRow): string {
  const source = INTERNAL.get(path);
  const more = source ? [`Internal form: [${source}](../../../${source}).`] : [];
  const words = [prose(description), ...rules.map((rule) => `Rule: ${prose(rule)}.`), ...more]
    .filter((s) => s !== "")
    .join(" ");
  const name = required ? `**\`${path}\`**` : `\`${path}\``;
  return `| ${[name, type, preset === undefined ? "" : `\`${preset}\``, words].map(cell).join(" | ")} |`;
}

/** `weight-<share>` is text, no element. */
const prose = (text: string): string => text.replaceAll("<", "&lt;");

/** A bar would end the cell, a line break the table. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
