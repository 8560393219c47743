import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pruneHistory, removeState } from "./history.ts";

test("the newest entries stay, with all files of each; a missing folder is fine", async () => {
  const state = mkdtempSync(join(tmpdir(), "bascule-history-"));
  try {
    const folder = join(state, ".pulumi", "history", "bascule", "a.b.blue");
    await pruneHistory(state, "a.b.blue", 2);
    mkdirSync(folder, { recursive: true });
    for (let i = 1; i <= 4; i++)
      for (const kind of ["history", "checkpoint"])
        writeFileSync(join(folder, `a.b.blue-179000000000000000${i}.${kind}.json`), "{}");
    writeFileSync(join(folder, "other.txt"), "");
    await pruneHistory(state, "a.b.blue", 2);
    expect(readdirSync(folder).sort()).toEqual([
      "a.b.blue-1790000000000000003.checkpoint.json",
      "a.b.blue-1790000000000000003.history.json",
      "a.b.blue-1790000000000000004.checkpoint.json",
      "a.b.blue-1790000000000000004.history.json",
      "other.txt",
    ]);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});

test("nothing stays of a stack that was removed, and everything of the others", async () => {
  const state = mkdtempSync(join(tmpdir(), "bascule-history-"));
  try {
    await removeState(state, "a.b.blue");
    const stacks = join(state, ".pulumi", "stacks", "bascule");
    mkdirSync(stacks, { recursive: true });
    const files = ["a.b.blue.json.bak", "a.b.blue.json.attrs", "a.b.green.json", "a.b.bluer.json"];
    for (const file of files) writeFileSync(join(stacks, file), "{}");
    const folders = ["history", "backups"].flatMap((kind) =>
      ["a.b.blue", "a.b.green"].map((stack) => join(state, ".pulumi", kind, "bascule", stack)),
    );
    for (const folder of folders) mkdirSync(folder, { recursive: true });
    await removeState(state, "a.b.blue");
    expect(readdirSync(stacks).sort()).toEqual(["a.b.bluer.json", "a.b.green.json"]);
    for (const kind of ["history", "backups"])
      expect(readdirSync(join(state, ".pulumi", kind, "bascule"))).toEqual(["a.b.green"]);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});
