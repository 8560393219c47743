import type { Duration } from "../../base/duration.ts";
import { seconds } from "../../base/duration.ts";
import type { Cluster } from "../cluster.ts";
import type { Deployed } from "../install/deployed.ts";
import type { Manifest } from "../install/render.ts";

/** One line of the doctor's report. */
export interface Finding {
  readonly what: string;
  readonly state: "ok" | "warning" | "problem";
  readonly said: string;
  /** What to do about it; none where all is well. */
  readonly remedy?: string;
}

/** What examinations are made with. */
export interface Patient {
  readonly cluster: Cluster;
  /** The controller's namespace. */
  readonly namespace: string;
  /** What an installation of this version consists of, in that namespace. */
  readonly manifests: readonly Manifest[];
  /** What runs; undefined where nothing is installed in the namespace. */
  readonly deployed: Deployed | undefined;
  readonly version: string;
  readonly signal: AbortSignal;
}

export type Examination = (patient: Patient) => Promise<readonly Finding[]>;

export const LOOK: { readonly deadline: Duration } = { deadline: seconds(10) };

export const good = (what: string, said: string): Finding => ({ what, state: "ok", said });
export const warning = (what: string, said: string, remedy: string): Finding => ({
  what,
  state: "warning",
  said,
  remedy,
});
export const problem = (what: string, said: string, remedy: string): Finding => ({
  what,
  state: "problem",
  said,
  remedy,
});

/** What is to be read may not be read: nothing is known, and that is said. */
export const unknown = (what: string, error: Error): Finding =>
  warning(what, `could not be looked at: ${error.message}`, "ask with the rights of an administrator");
