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
