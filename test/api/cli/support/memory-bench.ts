import { afterEach, beforeEach } from "vitest";
import type { Release } from "../../../../src/api/release.ts";
import { memoryPorts, type Ran, type RunOptions, runWith } from "./bench.ts";
import { MemoryApi } from "./memory-api.ts";

const FILES = { "values.yaml": "port: 8081\n", "list.yaml": "- 1\n", "bad.yaml": "a: [" };

/** A server in memory for each test of a file, and the command line onto it. */
export function memoryBench() {
  let api: MemoryApi | undefined;
  let files: Record<string, string> = {};
  const present = (): MemoryApi => {
    if (api === undefined) throw new Error("the server runs during tests only");
    return api;
  };
  beforeEach(async () => {
    api = new MemoryApi();
    files = { ...FILES };
    await api.start();
  });
  afterEach(() => present().stop());
  return {
    get api() {
      return present();
    },
    /** Runs a command line whose arguments hold no blanks. */
    run: (line: string, options?: RunOptions): Promise<Ran> =>
      runWith(memoryPorts(present(), files), line.split(" "), options),
    /** Files that commands read and wrote, by path. */
    get files(): Record<string, string> {
      return files;
    },
    stored: (name: string): Release => present().get("Release", name) as unknown as Release,
  };
}
