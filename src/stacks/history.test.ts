import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pruneHistory } from "./history.ts";

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
