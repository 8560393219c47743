import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { programDigest } from "./program-digest.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bascule-digest-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function folder(files: readonly (readonly [string, string])[]): string {
  const made = mkdtempSync(join(root, "p-"));
  for (const [path, content] of files) {
    mkdirSync(join(made, path, ".."), { recursive: true });
    writeFileSync(join(made, path), content);
  }
  return made;
}

test("the same files give the same digest, in whatever order and folder they were written", async () => {
  const file = fc.tuple(fc.stringMatching(/^[a-z]{1,4}(\/[a-z]{1,4}x)?\.ts$/), fc.string());
  const files = fc.uniqueArray(file, { selector: ([path]) => path, minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(files, async (some) => {
      const [one, two] = [folder(some), folder([...some].reverse())];
      expect(await programDigest(one)).toBe(await programDigest(two));
    }),
    { numRuns: 30 },
  );
});

test("a changed byte, a renamed file and a moved boundary each change the digest", async () => {
  const digests = await Promise.all(
    [
      [
        ["index.ts", "ab"],
        ["values.ts", "c"],
      ] as const,
      [
        ["index.ts", "ax"],
        ["values.ts", "c"],
      ] as const,
      [
        ["index.ts", "ab"],
        ["value.ts", "c"],
      ] as const,
      [
        ["index.ts", "a"],
        ["values.ts", "bc"],
      ] as const,
    ].map((files) => programDigest(folder(files))),
  );
  expect(new Set(digests).size).toBe(4);
});

test("tests and installed packages are not part of what runs", async () => {
  const plain = folder([["index.ts", "x"]]);
  const more = folder([
    ["index.ts", "x"],
    ["index.test.ts", "y"],
    ["node_modules/z/index.js", "z"],
  ]);
  expect(await programDigest(more)).toBe(await programDigest(plain));
});

test("a program that a kubelet mounts from a ConfigMap has the digest of its folder, at every mount", async () => {
  const files = [
    ["index.ts", "x"],
    ["lib/util.ts", "y"],
  ] as const;
  for (const version of ["..2026_01_02_03_04_05.6", "..2026_02_03_04_05_06.7"]) {
    const mount = folder(files.map(([path, content]) => [`${version}/${path}`, content] as const));
    symlinkSync(version, join(mount, "..data"));
    for (const name of ["index.ts", "lib"]) symlinkSync(`..data/${name}`, join(mount, name));
    expect(await programDigest(mount)).toBe(await programDigest(folder(files)));
  }
});

test("links in a circle are an error, not a hang", async () => {
  const made = folder([["index.ts", "x"]]);
  symlinkSync(".", join(made, "again"));
  await expect(programDigest(made)).rejects.toThrow("more than 16 levels of folders");
});
