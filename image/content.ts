/**
 * What the controller's image holds and how it starts: the one source of Dockerfile and buildah script, and of the image that
 * the local cluster runs.
 */

import { PULUMI_VERSION } from "../src/cli/install/settings.ts";

/** Versions that go into the image; tests hold them against package.json and the Go modules that are built. */
export const VERSIONS = { node: "24.21.0", pulumi: PULUMI_VERSION, provider: "4.18.2", go: "1.26" } as const;

/** Numeric, so that `runAsNonRoot` can be checked. */
export const USER = "65532:65532";
export const APP = "/app";
/** Folder of the programs. */
export const BIN = "/usr/local/bin";

/** Programs in the image, by name. */
export const PROGRAMS = ["node", "pulumi", "pulumi-resource-kubernetes"] as const;
export type Program = (typeof PROGRAMS)[number];

/** Certificate authorities, for programs that are not Node (Pulumi with a state in an object store). */
export const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** Of the repository, below `APP`; `node_modules` holds the production dependencies. */
export const SOURCES = [
  "LICENSE",
  "manifests",
  "package-lock.json",
  "package.json",
  "probes",
  "src",
  "stacks",
] as const;

/** Of these, what no controller needs. Programs of stacks stay whole: their digest is of the whole folder. */
export const LEFT_OUT = "src/**/*.test.ts";

/**
 * Keeps the process small after it has read large lists: glibc gives memory back that it would keep for each of its threads,
 * and V8 has a small young generation (ADR 44).
 */
export const LEAN = {
  environment: { MALLOC_ARENA_MAX: "2", MALLOC_TRIM_THRESHOLD_: "131072" },
  flags: ["--max-semi-space-size=8"],
} as const;

export const ENVIRONMENT: Readonly<Record<string, string>> = {
  NODE_ENV: "production",
  ...LEAN.environment,
  PATH: `${BIN}:/usr/bin:/bin`,
  BASCULE_PULUMI: `${BIN}/pulumi`,
  BASCULE_PULUMI_PROVIDER: BIN,
};

export const ENTRYPOINT = [`${BIN}/node`, ...LEAN.flags, `${APP}/src/main.ts`] as const;

/** Small files with their text: Go programs ask who they run as. */
export const FILES: Readonly<Record<string, string>> = {
  "/etc/passwd":
    "root:x:0:0:root:/:/sbin/nologin\nbascule:x:65532:65532:bascule:/var/lib/bascule:/sbin/nologin\n",
  "/etc/group": "root:x:0:\nbascule:x:65532:\n",
};

/** Folders that anybody may write in, where nothing is mounted over them. */
export const WRITABLE = ["/tmp", "/var/lib/bascule"] as const;
