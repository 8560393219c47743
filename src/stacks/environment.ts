import { mkdirSync } from "node:fs";
import { delimiter, dirname } from "node:path";

/** Where the runner keeps things, and which programs it uses. */
export interface StackPaths {
  /** The Pulumi CLI, version 3.250.0, as an absolute path. */
  readonly pulumi: string;
  /** Folder of the Kubernetes provider where it is taken from PATH; undefined when it is in Pulumi's plugin cache. */
  readonly providerFolder?: string;
  /** A writable folder for work directories, Pulumi's home and scratch files. */
  readonly home: string;
  /** `file://<folder>`, or any other backend of Pulumi. Default: `file://<home>/state`. */
  readonly backend?: string;
  /** File that holds the passphrase of the state's secrets. */
  readonly passphraseFile: string;
  /** Further variables that the backend or the secrets provider needs, such as credentials of an object store. */
  readonly extra?: Readonly<Record<string, string>>;
}

export const backendOf = (paths: StackPaths): string => paths.backend ?? `file://${paths.home}/state`;

/** Folder of a `file://` backend; undefined for any other. */
export function stateFolder(paths: StackPaths): string | undefined {
  const backend = backendOf(paths);
  return backend.startsWith("file://") ? backend.slice("file://".length) : undefined;
}

/** Makes the folders that workers, CLI and provider need; only their owner may read them. */
export function prepareHome(paths: StackPaths): void {
  const folders = ["tmp", "pulumi", "work"].map((name) => `${paths.home}/${name}`);
  const state = stateFolder(paths);
  for (const folder of [paths.home, ...folders, ...(state === undefined ? [] : [state])]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}

/**
 * The whole environment of a worker, and so of CLI and provider. Nothing of the controller's own is passed on:
 * it may hold secrets, and variables such as PULUMI_ACCESS_TOKEN or KUBECONFIG that would change what happens.
 */
export function workerEnvironment(paths: StackPaths): Record<string, string> {
  const folders = [
    dirname(paths.pulumi),
    ...(paths.providerFolder === undefined ? [] : [paths.providerFolder]),
  ];
  return {
    PATH: [...folders, "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter),
    HOME: paths.home,
    TMPDIR: `${paths.home}/tmp`,
    LANG: "C.UTF-8",
    PULUMI_HOME: `${paths.home}/pulumi`,
    PULUMI_BACKEND_URL: backendOf(paths),
    PULUMI_CONFIG_PASSPHRASE_FILE: paths.passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...(paths.providerFolder === undefined ? { PULUMI_IGNORE_AMBIENT_PLUGINS: "true" } : {}),
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "true",
    PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true",
    PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS: "true",
    ...paths.extra,
  };
}
