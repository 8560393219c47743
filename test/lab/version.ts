import { join } from "node:path";

/** Sources of a version of the controller, with its command line and its manifests. */
export interface Version {
  readonly folder: string;
  /** Folder with the node_modules that belong to it. */
  readonly dependencies: string;
}

const REPOSITORY = join(import.meta.dirname, "../..");

/** This checkout. */
export const PRESENT: Version = { folder: REPOSITORY, dependencies: REPOSITORY };
