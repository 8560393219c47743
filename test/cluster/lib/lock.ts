import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Duration, minutes, seconds } from "../../../src/base/duration.ts";
import { ClusterError } from "../errors.ts";
import { identify, isAlive, type ProcessIdentity } from "./identity.ts";
import { waitUntil } from "./wait.ts";

function holderOf(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined; // gone, or its writer has not finished
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify(identify(process.pid)), { flag: "wx" });
    return true;
  } catch {
    const holder = holderOf(file);
    if (holder && !isAlive(holder)) rmSync(file, { force: true });
    return false;
  }
}

/** Runs while no other process does the same thing; a dead holder's lock is taken over. */
export async function withLock<T>(
  file: string,
  run: () => Promise<T>,
  deadline: Duration = minutes(5),
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  await waitUntil(`lock ${file}`, () => tryLock(file), { deadline, every: seconds(0.2) }).catch(
    (cause: unknown) => {
      throw new ClusterError(
        "busy",
        `process ${holderOf(file)?.pid} holds ${file}; wait for it, or end it`,
        cause,
      );
    },
  );
  try {
    return await run();
  } finally {
    rmSync(file, { force: true });
  }
}
