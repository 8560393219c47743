/** Stack programs of one's own, as an installation brings them into the controller's pods. */
import { CliFailure } from "../cli-failure.ts";
import type { Manifest } from "./manifest.ts";

/** A stack program as it lies in a folder. */
export interface InstalledProgram {
  readonly name: string;
  /** Of paths and contents, as plans and releases record it: `sha256:…`. */
  readonly digest: string;
  /** Texts by their paths from the folder on. */
  readonly files: Readonly<Record<string, string>>;
}

/** Where the controller finds them. */
const FOLDER = "/etc/bascule/programs";
export const PROGRAM_LABEL = "bascule.dev/program";
/** A ConfigMap takes 1 MiB with its names. */
const MOST_BYTES = 900 * 1024;
/** Of the digest, in the name of the ConfigMap. */
const DIGITS = 10;

/**
 * A ConfigMap for each program, named after its content: other sources are another one, so that pods of both versions of a
 * rollout have what they were made for. @throws CliFailure for what no ConfigMap holds
 */
export const programConfigMaps = (
  programs: readonly InstalledProgram[],
  namespace: string,
): readonly Manifest[] =>
  programs.map((program) => {
    const { name, files } = program;
    const data = Object.fromEntries(Object.entries(files).map(([path, text]) => [keyOf(path), text]));
    if (Object.keys(data).length < Object.keys(files).length)
      throw new CliFailure(`--program ${name}: two paths differ in / and __ alone; rename one of them`);
    const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (bytes > MOST_BYTES)
      throw new CliFailure(
        `--program ${name}: its files have ${Math.ceil(bytes / 1024)} KiB, and a ConfigMap takes ${MOST_BYTES / 1024}; ` +
          "put them into an image made from Bascule's, and name their folder with --controller-arg=--programs=FOLDER",
      );
    const labels = { [PROGRAM_LABEL]: name, "app.kubernetes.io/part-of": "bascule" };
    const metadata = { name: configMapOf(program), namespace, labels };
    return { apiVersion: "v1", kind: "ConfigMap", metadata, immutable: true, data };
  });

/** What the controller's pod has of them; nothing without a program. */
export function programVolume(programs: readonly InstalledProgram[]) {
  if (programs.length === 0) return undefined;
  const sources = programs.map((program) => ({
    configMap: {
      name: configMapOf(program),
      items: Object.keys(program.files).map((path) => ({
        key: keyOf(path),
        path: `${program.name}/${path}`,
      })),
    },
  }));
  return {
    argument: `--programs=${FOLDER}`,
    mount: { name: "programs", mountPath: FOLDER, readOnly: true },
    volume: { name: "programs", projected: { sources } },
  };
}

const configMapOf = ({ name, digest }: InstalledProgram): string =>
  `bascule-program-${name}-${digest.replace("sha256:", "").slice(0, DIGITS)}`;

/** Keys have no slashes. */
const keyOf = (path: string): string => path.replaceAll("/", "__");
