import type { InstalledProgram } from "./programs.ts";

/** The namespace that the manifests name. */
export const SYSTEM_NAMESPACE = "bascule-system";
/** Name of the controller's Deployment, service account and roles. */
export const CONTROLLER = "bascule-controller";
/** Label selector of its pods. */
export const CONTROLLER_PODS = "app.kubernetes.io/name=bascule,app.kubernetes.io/component=controller";
/** The Pulumi CLI that the SDK of these sources was made for; a test holds it against package.json. */
export const PULUMI_VERSION = "3.250.0";
export const PASSPHRASE_SECRET = "bascule-passphrase";

/** What differs from one installation to the next. */
export interface InstallSettings {
  readonly image: string;
  /** The controller's own namespace. */
  readonly namespace: string;
  /** Default: as the manifests have it. */
  readonly replicas?: number;
  /** The only namespaces with plans that it looks after, with rights in these alone; none or absent: all of them. */
  readonly watchNamespaces?: readonly string[];
  /** Default Prometheus of metric checks. */
  readonly prometheus?: string;
  /** Stack programs of one's own; none or absent: the built-in ones alone. */
  readonly programs?: readonly InstalledProgram[];
  /** Further arguments of the controller, as `src/main.ts` takes them. */
  readonly args: readonly string[];
}
