import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { programDigest } from "../../stacks/program-digest.ts";
import { readInstalledProgram } from "./installed-program.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bascule-program-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function folder(name: string, files: Readonly<Record<string, string | Buffer>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, name, path, ".."), { recursive: true });
    writeFileSync(join(root, name, path), content);
  }
  return join(root, name);
}

it("reads what runs, under the digest that releases record", async () => {
  const path = folder("cached", { "index.ts": "é", "lib/util.ts": "2", "index.test.ts": "3", ".git/x": "4" });
  expect(await readInstalledProgram(`${path}/`)).toEqual({
    name: "cached",
    digest: await programDigest(path),
    files: { "index.ts": "é", "lib/util.ts": "2" },
  });
});

it.each([
  ["Cached", { "index.ts": "" }, "is no DNS label"],
  ["empty", { "README.md": "" }, "there is no index.ts"],
  ["spaces", { "index.ts": "", "a b.ts": "" }, "a b.ts: use letters"],
  ["binary", { "index.ts": "", "x.wasm": Buffer.from([0, 255, 254]) }, "x.wasm is no text in UTF-8"],
] as const)("refuses %s, and says why", async (name, files, why) => {
  await expect(readInstalledProgram(folder(name, files))).rejects.toThrow(why);
});
