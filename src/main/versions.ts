import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { seconds } from "../base/duration.ts";
import type { Settings } from "./settings.ts";

const PROVIDER = "pulumi-resource-kubernetes";
const execute = promisify(execFile);

/** What runs here; a program that does not answer is told by its trouble, in brackets. */
export interface Versions {
  readonly bascule: string;
  readonly node: string;
  readonly pulumi: string;
  /** Path of the provider; Pulumi's own plugin cache without a folder. */
  readonly provider: string;
  /** This machine's time. */
  readonly time: string;
}

/** Asked for by `bascule doctor`; starting the CLI takes half a second, so it is asked once. */
export function versionsOf(
  settings: Pick<Settings, "pulumi" | "provider">,
  bascule: string,
): () => Promise<Versions> {
  let pulumi: Promise<string> | undefined;
  return async () => {
    pulumi ??= pulumiVersion(settings.pulumi);
    const [said, provider] = await Promise.all([pulumi, findProvider(settings.provider)]);
    if (said.startsWith("(")) pulumi = undefined;
    return {
      bascule,
      node: process.versions.node,
      pulumi: said,
      provider,
      time: new Date().toISOString(),
    };
  };
}

async function pulumiVersion(program: string): Promise<string> {
  const env = { PATH: process.env.PATH ?? "", PULUMI_SKIP_UPDATE_CHECK: "true", HOME: "/tmp" };
  try {
    const { stdout } = await execute(program, ["version"], { env, timeout: seconds(20), maxBuffer: 65_536 });
    return stdout.trim().replace(/^v/, "");
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return `(${program}: ${code === "ENOENT" ? "not there" : `ended with ${String(code ?? "a signal")}`})`;
  }
}

async function findProvider(folder: string | undefined): Promise<string> {
  if (folder === undefined) return "Pulumi's plugin cache";
  for (const path of folder.split(delimiter).map((part) => join(part, PROVIDER)))
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  return `(${folder}: no ${PROVIDER})`;
}
