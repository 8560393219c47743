import type { Volume } from "../pods/pod.ts";
import type { Control } from "./control.ts";

/** Sources that lead neither to the node nor to another machine's disks. */
const PLAIN = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
] as const;

/** Controls of what a pod mounts. */
export const volumes: readonly Control[] = [
  {
    name: "hostPathVolumes",
    level: "baseline",
    problemsOf: ({ spec }) =>
      (spec.volumes ?? [])
        .filter((volume) => isSet(volume, "hostPath"))
        .map(({ name }) => `volume "${name}": must not be a hostPath`),
  },
  {
    name: "restrictedVolumes",
    level: "restricted",
    problemsOf: ({ spec }) =>
      (spec.volumes ?? [])
        .filter((volume) => !PLAIN.some((source) => isSet(volume, source)))
        .map((volume) => `volume "${volume.name}": must not be of the kind ${sourceOf(volume)}`),
  },
];

const isSet = (volume: Volume, source: string): boolean =>
  volume[source] !== undefined && volume[source] !== null;

const sourceOf = (volume: Volume): string =>
  Object.keys(volume).find((member) => member !== "name" && isSet(volume, member)) ?? "unknown";
