import { seconds } from "../../base/duration.ts";
import type { Cluster } from "../cluster.ts";
import { CONFIG_MAPS } from "../resource-types.ts";
import { PROGRAM_LABEL } from "./programs.ts";
import { type Manifest, renderInstall } from "./render.ts";
import type { InstallSettings } from "./settings.ts";

const keyOf = ({ kind, metadata }: Manifest): string =>
  `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

/**
 * Rights that an installation with other settings gave and this one does not: those in the whole cluster, and those in the namespaces that it
 * looked after before. Left behind, they would be the controller's still.
 */
export function obsoleteRights(
  manifests: readonly Manifest[],
  settings: InstallSettings,
  before: readonly string[],
): readonly Manifest[] {
  const kept = new Set(renderInstall(manifests, settings).map(keyOf));
  const former = [[], before].flatMap((watchNamespaces) =>
    renderInstall(manifests, { ...settings, watchNamespaces }),
  );
  const rights = former.filter((o) => /^(Cluster)?Role(Binding)?$/.test(o.kind) && !kept.has(keyOf(o)));
  return [...new Map(rights.map((o) => [keyOf(o), o])).values()];
}

/** ConfigMaps of stack programs that are in the namespace and not among those that are wanted. @throws KubeError */
export async function obsoletePrograms(
  { client }: Cluster,
  wanted: readonly Manifest[],
  namespace: string,
): Promise<readonly Manifest[]> {
  const kept = new Set(wanted.map(keyOf));
  const options = { namespace, labelSelector: PROGRAM_LABEL, deadline: seconds(15) };
  const found = await client.list(CONFIG_MAPS, options);
  if (!found.ok) throw found.error;
  // Items of a list don't say what they are.
  return found.value.items
    .map(({ metadata }) => ({ apiVersion: "v1", kind: "ConfigMap", metadata }))
    .filter((object) => !kept.has(keyOf(object)));
}
