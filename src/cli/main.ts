#!/usr/bin/env node
/** The command line. Composes the real parts; what is heavy is loaded when a command needs it. */
import { readFileSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CliPorts } from "./command-context.ts";
import { runCli } from "./program.ts";

/** Values are a few kilobytes; the API server takes no object above 1.5 MiB. */
const LARGEST_FILE = 1024 * 1024;

/** The version of the package: beside the sources, or one level up in the built form. */
function packageVersion(): string {
  for (const up of ["../..", "../../.."]) {
    try {
      const text = readFileSync(join(import.meta.dirname, up, "package.json"), "utf8");
      const { name, version } = JSON.parse(text) as { readonly name?: string; readonly version?: string };
      if (name === "bascule" && version !== undefined) return version;
    } catch {
      // The next one.
    }
  }
  return "unknown";
}

async function readText(path: string, most = LARGEST_FILE): Promise<string> {
  if (path === "-") return readAll(process.stdin, most);
  const { size } = await stat(path);
  if (size > most) throw new RangeError(`${size} bytes; at most ${most} are read`);
  return readFile(path, "utf8");
}

async function readAll(stream: AsyncIterable<Buffer | string>, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > most) throw new RangeError(`more than ${most} bytes`);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const version = packageVersion();
const ports: CliPorts = {
  version,
  readText,
  writeText,
  stackStates: async (request) => (await import("./compose/stack-states.ts")).stackStates(request),
  reports: async () => (await import("./compose/reports.ts")).reports,
  manifests: async () => (await import("./compose/manifests.ts")).readManifests(),
  installedProgram: async (folder) =>
    (await import("./compose/installed-program.ts")).readInstalledProgram(folder),
  connect: async (options) => (await import("./compose/connect.ts")).connect(options, version),
  observe: async (request) => (await import("./compose/observe.ts")).observe(request),
  presentTraffic: async (request) => (await import("./compose/present-traffic.ts")).presentTraffic(request),
};

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());
process.once("SIGTERM", () => interrupt.abort());
// The reader of a pipe has gone (`| head`): nothing is left to say.
process.stdout.on("error", () => process.exit(0));

process.exitCode = await runCli({
  args: process.argv.slice(2),
  ports,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupt.signal,
});
