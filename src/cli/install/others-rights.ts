import { seconds } from "../../base/duration.ts";
import type { Cluster } from "../cluster.ts";
import { typeOfManifest } from "./kinds.ts";
import type { Manifest } from "./manifest.ts";
import type { BindingManifest } from "./namespaced.ts";

const DEADLINE = seconds(15);

/**
 * Of rights that are to be removed, those that a controller in another namespace does not have by the very same names: whoever installs a second
 * one takes nothing from the first. @throws KubeError when they can't be read
 */
export async function withoutOthers(
  { client }: Pick<Cluster, "client">,
  rights: readonly Manifest[],
  namespace: string,
): Promise<readonly Manifest[]> {
  const spared = new Set<string>();
  for (const binding of rights as readonly BindingManifest[]) {
    if (!binding.kind.endsWith("Binding")) continue;
    const found = await client.get(typeOfManifest(binding), binding.metadata, { deadline: DEADLINE });
    if (!found.ok && found.error.kind !== "notFound") throw found.error;
    if (!found.ok || !isOfOther(found.value as BindingManifest, namespace)) continue;
    const where = binding.metadata.namespace ?? "";
    spared.add(`${binding.kind} ${where}/${binding.metadata.name}`);
    spared.add(`${binding.roleRef?.kind} ${where}/${binding.roleRef?.name}`);
  }
  return rights.filter(
    ({ kind, metadata }) => !spared.has(`${kind} ${metadata.namespace ?? ""}/${metadata.name}`),
  );
}

const isOfOther = ({ subjects = [] }: BindingManifest, namespace: string): boolean =>
  subjects.some((subject) => subject.namespace !== undefined && subject.namespace !== namespace);
