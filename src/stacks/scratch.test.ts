import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeScratch, pruneLogs, removeScratch } from "./scratch.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bascule-scratch-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** No process has this id: it is above the kernel's limit. */
const GONE = 2 ** 22 + 7;

test("what dead workers left goes, what running ones use and what is not ours stays", async () => {
  const mine = basename(await makeScratch(folder));
  mkdirSync(join(folder, `bascule-stack-${GONE}-abc`));
  mkdirSync(join(folder, "something-else"));
  removeScratch(folder);
  expect(readdirSync(folder).sort()).toEqual([mine, "something-else"].sort());
  removeScratch(folder, process.pid);
  expect(readdirSync(folder)).toEqual(["something-else"]);
});

test("a missing folder is nothing to clean", () => {
  expect(() => removeScratch(join(folder, "none"))).not.toThrow();
  expect(() => pruneLogs(join(folder, "none"), 1)).not.toThrow();
});

test("the newest logs stay", () => {
  mkdirSync(join(folder, "logs"));
  for (const name of [
    "a.b.blue-20300101T100000.log",
    "pulumi-20300101T100002-1.log",
    "x-20300101T100001.log",
    "y",
  ])
    writeFileSync(join(folder, "logs", name), "");
  pruneLogs(folder, 2);
  expect(readdirSync(join(folder, "logs")).sort()).toEqual([
    "pulumi-20300101T100002-1.log",
    "x-20300101T100001.log",
    "y",
  ]);
});
