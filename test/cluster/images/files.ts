import { cpSync, existsSync, mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../lib/run.ts";

/** Absolute paths of the libraries and the loader in the output of `ldd`; none for a static program. */
export function readLibraries(ldd: string): readonly string[] {
  return [...ldd.matchAll(/(?:=>\s+|^\s*)(\/\S+)\s+\(0x/gm)].map((match) => match[1] as string);
}

async function librariesOf(program: string): Promise<readonly string[]> {
  // ldd fails for static programs and for scripts: both bring what they need
  const text = await run("ldd", [program]).catch(() => "");
  return readLibraries(text);
}

/** The applets that Jobs and probes use; more are reachable as `busybox NAME`. */
const APPLETS = [
  "sh",
  "wget",
  "httpd",
  "sleep",
  "cat",
  "echo",
  "true",
  "false",
  "test",
  "ls",
  "nc",
  "env",
  "date",
];

/** Copies files with the libraries that they need into a folder that becomes the image's root. */
export async function copyFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  const put = (from: string, to: string): void => {
    const target = join(root, to);
    if (existsSync(target)) return;
    mkdirSync(dirname(target), { recursive: true });
    cpSync(realpathSync(from), target);
  };
  for (const [from, to] of Object.entries(files)) {
    put(from, to);
    for (const library of await librariesOf(from)) put(library, library);
    if (to === "/bin/busybox") for (const name of APPLETS) symlinkSync("busybox", join(root, "bin", name));
  }
}
