import { createHash } from "node:crypto";
import { core } from "@pulumi/kubernetes";
import type { SlotInput } from "bascule/stack";
import type { WebServiceValues } from "./values.ts";

/**
 * ConfigMap of a release. Its name holds a hash of its content: other content is another object, so pods of the
 * slot's former release keep what they were started with. The label makes Bascule keep that former one
 * until the slot is applied the next time.
 * @returns it with its name, or undefined when there is nothing to put into it
 */
export function makeConfigMap(
  input: SlotInput,
  values: WebServiceValues,
): { readonly name: string; readonly resource: core.v1.ConfigMap } | undefined {
  const data = { ...values.config, ...values.files?.content };
  if (Object.keys(data).length === 0) return undefined;
  const name = `${input.name}-${contentHash(data)}`;
  const resource = new core.v1.ConfigMap(
    name,
    {
      metadata: {
        name,
        namespace: input.namespace,
        labels: { ...input.labels, "bascule.dev/keep": "previous" },
      },
      data,
    },
    { provider: input.provider },
  );
  return { name, resource };
}

/** Ten hex digits over the sorted content; the name of the object is known before Pulumi runs. */
export function contentHash(data: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 10);
}
