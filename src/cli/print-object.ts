import type { OutputFormat } from "./cluster.ts";
import type { Terminal } from "./terminal.ts";

/** Prints a value as JSON or YAML; times in it are absolute, as they are stored. */
export async function printObject(
  terminal: Terminal,
  format: Exclude<OutputFormat, "table">,
  value: unknown,
): Promise<void> {
  if (format === "json") {
    terminal.out(JSON.stringify(value, undefined, 2));
    return;
  }
  const { stringify } = await import("yaml");
  terminal.out(stringify(JSON.parse(JSON.stringify(value)), { lineWidth: 0 }).trimEnd());
}

/** An object without the bookkeeping of server-side apply, which nobody reads. */
export function withoutManagedFields<T extends { readonly metadata: object }>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as { managedFields?: unknown };
  return { ...object, metadata };
}
