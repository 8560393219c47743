import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { programDigest } from "../../stacks/program-digest.ts";
import { programFiles } from "../../stacks/program-files.ts";
import { entryFile } from "../../stacks/program-folders.ts";
import { CliFailure } from "../cli-failure.ts";
import type { InstalledProgram } from "../install/programs.ts";

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const PATH = /^[-._a-zA-Z0-9]+(\/[-._a-zA-Z0-9]+)*$/;

/** Reads the stack program in a folder, which is named after it. @throws CliFailure that says what is wrong with it */
export async function readInstalledProgram(path: string): Promise<InstalledProgram> {
  const folder = resolve(path);
  const name = basename(folder);
  const refuse = (why: string): CliFailure => new CliFailure(`--program ${path}: ${why}`);
  if (!NAME.test(name)) throw refuse(`the folder's name is the program's; "${name}" is no DNS label`);
  if ((await entryFile(folder)) === undefined)
    throw refuse("there is no index.ts, index.js or index.mjs in it");
  const files: Record<string, string> = {};
  for (const file of await programFiles(folder)) {
    if (!PATH.test(file)) throw refuse(`${file}: use letters, digits, dots, dashes and _ alone`);
    const bytes = await readFile(join(folder, file));
    const text = bytes.toString("utf8");
    if (!Buffer.from(text).equals(bytes)) throw refuse(`${file} is no text in UTF-8`);
    files[file] = text;
  }
  return { name, digest: await programDigest(folder), files };
}
