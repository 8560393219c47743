import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
