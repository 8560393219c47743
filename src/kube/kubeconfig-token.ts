import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import type { WatchedFile } from "./watched-file.ts";

interface UserEntry {
  readonly name?: unknown;
  readonly user?: { readonly tokenFile?: unknown } | null;
}

/**
 * The `tokenFile` of a kubeconfig's user, absolute. client-node reads such a file once, at loading, and forgets
 * where it was; a rotated token would then never be seen. The first file that names the user wins, as in kubectl.
 */
export function tokenFileOf(files: readonly WatchedFile[], user: string): string | undefined {
  for (const file of files) {
    const config = parse(file.read()) as { readonly users?: readonly UserEntry[] } | null;
    const entry = config?.users?.find((candidate) => candidate.name === user);
    if (entry === undefined) continue;
    const path = entry.user?.tokenFile;
    return typeof path === "string" && path !== "" ? resolve(dirname(file.path), path) : undefined;
  }
  return undefined;
}
