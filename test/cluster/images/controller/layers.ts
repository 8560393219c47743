import { createHash } from "node:crypto";
import { chmodSync, createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as content from "../../../../image/content.ts";
import { productionPackages } from "../../../../image/packages.ts";
import { minutes } from "../../../../src/base/duration.ts";
import { run } from "../../lib/run.ts";
import { copyFiles } from "../files.ts";

/** Owner, times, order and rights are the same wherever a layer is made: equal content is an equal layer. */
const SAME = [
  ...["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"],
  "--mode=u+rwX,go+rX,go-w",
];

/** `tar` of files of a folder, which get `prefix` before their paths. */
async function pack(
  layer: string,
  folder: string,
  names: readonly string[],
  options: { readonly prefix?: string; readonly exclude?: readonly string[] } = {},
): Promise<void> {
  const { prefix = "", exclude = [] } = options;
  // Targets of links stay as they are (flag S leaves symbolic ones alone).
  const moved = prefix === "" ? [] : [`--transform=flags=rSH;s,^,${prefix.replace(/^\//, "")}/,`];
  const how = existsSync(layer) ? "-rf" : "-cf";
  const without = exclude.map((pattern) => `--exclude=${pattern}`);
  await run("tar", [...SAME, ...without, ...moved, "-C", folder, how, layer, ...names], {
    deadline: minutes(5),
  });
}

/** What changes rarely: programs with their libraries, certificates, production dependencies. */
export async function packBase(
  layer: string,
  stage: string,
  repository: string,
  programs: Readonly<Record<content.Program, string>>,
): Promise<void> {
  const at = Object.entries(programs).map(([name, from]) => [from, `${content.BIN}/${name}`] as const);
  await copyFiles(stage, { ...Object.fromEntries(at), [content.CERTIFICATES]: content.CERTIFICATES });
  for (const [path, text] of Object.entries(content.FILES)) {
    mkdirSync(join(stage, path, ".."), { recursive: true });
    writeFileSync(join(stage, path), text);
  }
  await pack(layer, stage, ["."]);
  const packages = productionPackages(readFileSync(join(repository, "package-lock.json"), "utf8"));
  const present = packages.filter((path) => existsSync(join(repository, path)));
  await pack(layer, repository, present, { prefix: content.APP });
}

/** What changes with the sources. */
export async function packApp(layer: string, stage: string, repository: string): Promise<void> {
  await pack(layer, repository, content.SOURCES, {
    prefix: content.APP,
    exclude: [testsOf(content.LEFT_OUT)],
  });
  for (const path of content.WRITABLE) {
    mkdirSync(join(stage, path), { recursive: true });
    chmodSync(join(stage, path), 0o1777);
  }
  const open = ["--owner=0", "--group=0", "--mtime=@0", "--sort=name"];
  await run("tar", [...open, "-C", stage, "-rf", layer, ...content.WRITABLE.map((path) => `.${path}`)]);
}

// Of "every folder below" tar needs nothing: its asterisk goes over slashes.
const testsOf = (pattern: string): string => pattern.replace("**/", "");

/** Digest of a file of any size. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return `sha256:${hash.digest("hex")}`;
}
