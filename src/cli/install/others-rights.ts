import { seconds } from "../../base/duration.ts";
import type { Cluster } from "../cluster.ts";
import { typeOfManifest } from "./kinds.ts";
import type { Manifest } from "./manifest.ts";
import type { BindingManifest } from "./namespaced.ts";

const DEADLINE = seconds(15);

/** A binding as it stands in the cluster, of a controller in other namespaces. */
interface BoundElsewhere {
  readonly binding: BindingManifest;
  readonly namespaces: readonly string[];
}

/**
 * Of rights that are to be removed, those that a controller in another namespace does not have by the very same names: whoever installs a second
 * one takes nothing from the first. @throws KubeError when they can't be read
 */
export async function withoutOthers(
  cluster: Pick<Cluster, "client">,
  rights: readonly Manifest[],
  namespace: string,
): Promise<readonly Manifest[]> {
  const spared = new Set<string>();
  for (const { binding } of await boundElsewhere(cluster, rights, namespace)) {
    const where = binding.metadata.namespace ?? "";
    spared.add(`${binding.kind} ${where}/${binding.metadata.name}`);
    spared.add(`${binding.roleRef?.kind} ${where}/${binding.roleRef?.name}`);
  }
  return rights.filter(
    ({ kind, metadata }) => !spared.has(`${kind} ${metadata.namespace ?? ""}/${metadata.name}`),
  );
}

/** Namespaces of other controllers that have some of these rights by the very same names. @throws KubeError when they can't be read */
export async function othersWith(
  cluster: Pick<Cluster, "client">,
  rights: readonly Manifest[],
  namespace: string,
): Promise<readonly string[]> {
  const bound = await boundElsewhere(cluster, rights, namespace);
  return [...new Set(bound.flatMap(({ namespaces }) => namespaces))].sort();
}

async function boundElsewhere(
  { client }: Pick<Cluster, "client">,
  rights: readonly Manifest[],
  namespace: string,
): Promise<readonly BoundElsewhere[]> {
  const bound: BoundElsewhere[] = [];
  for (const binding of rights as readonly BindingManifest[]) {
    if (!binding.kind.endsWith("Binding") || binding.roleRef === undefined) continue;
    const found = await client.get(typeOfManifest(binding), binding.metadata, { deadline: DEADLINE });
    if (!found.ok && found.error.kind !== "notFound") throw found.error;
    const { subjects = [] } = found.ok ? (found.value as BindingManifest) : {};
    const others = subjects.flatMap((s) =>
      s.namespace === undefined || s.namespace === namespace ? [] : [s.namespace],
    );
    if (others.length > 0) bound.push({ binding, namespaces: others });
  }
  return bound;
}
