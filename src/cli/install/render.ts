import { inOrder } from "./kinds.ts";
import type { Manifest } from "./manifest.ts";
import { inNamespaces } from "./namespaced.ts";
import { programConfigMaps, programVolume } from "./programs.ts";
import { type InstallSettings, SYSTEM_NAMESPACE } from "./settings.ts";

export type { Manifest } from "./manifest.ts";

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly volumeMounts?: readonly object[];
}
interface DeploymentSpec {
  readonly replicas?: number;
  readonly template: {
    readonly spec: { readonly containers: readonly Container[]; readonly volumes?: readonly object[] };
  };
}

/** The manifests with an installation's settings, in the order in which they are to be applied. */
export const renderInstall = (
  manifests: readonly Manifest[],
  settings: InstallSettings,
): readonly Manifest[] =>
  inOrder([
    ...inNamespaces(manifests, settings.watchNamespaces ?? []).map((object) =>
      withSettings(inNamespace(object, settings.namespace), settings),
    ),
    ...programConfigMaps(settings.programs ?? [], settings.namespace),
  ]);

/** Puts everything that lies in the manifests' namespace, or names it, into another one. */
function inNamespace(object: Manifest, namespace: string): Manifest {
  const { metadata, subjects } = object;
  const moved = (name: string | undefined): string | undefined =>
    name === SYSTEM_NAMESPACE ? namespace : name;
  const own = object.kind === "Namespace" ? { name: moved(metadata.name) ?? metadata.name } : {};
  return {
    ...object,
    metadata: {
      ...metadata,
      ...own,
      ...(metadata.namespace === undefined ? {} : { namespace: moved(metadata.namespace) as string }),
    },
    ...(subjects === undefined
      ? {}
      : { subjects: subjects.map((s) => ({ ...s, namespace: moved(s.namespace) as string })) }),
  };
}

function withSettings(object: Manifest, settings: InstallSettings): Manifest {
  if (object.kind !== "Deployment") return object;
  const spec = object.spec as DeploymentSpec;
  const pod = spec.template.spec;
  const programs = programVolume(settings.programs ?? []);
  const containers = pod.containers.map((container) => ({
    ...container,
    image: settings.image,
    args: [...(container.args ?? []), ...argumentsOf(settings, programs?.argument)],
    ...(programs && { volumeMounts: [...(container.volumeMounts ?? []), programs.mount] }),
  }));
  const volumes = programs && { volumes: [...(pod.volumes ?? []), programs.volume] };
  return {
    ...object,
    spec: {
      ...spec,
      replicas: settings.replicas ?? spec.replicas,
      template: { ...spec.template, spec: { ...pod, containers, ...volumes } },
    },
  };
}

const argumentsOf = (
  { prometheus, watchNamespaces = [], args }: InstallSettings,
  ...programs: readonly (string | undefined)[]
): readonly string[] => [
  ...(watchNamespaces.length === 0 ? [] : [`--watch-namespace=${watchNamespaces.join(",")}`]),
  ...(prometheus === undefined ? [] : [`--prometheus=${prometheus}`]),
  ...programs.filter((argument) => argument !== undefined),
  ...args,
];
