/** Room on the disk that Pulumi works on, looked at before each operation. */
import { statfs } from "node:fs/promises";
import { StackFailure } from "./errors.ts";

const MIB = 1024 * 1024;

/** State, scratch files and the CLI's log of one operation come to a few MiB; on a full disk the CLI may hang. */
const LEAST = 16 * MIB;

/** What to say of so many bytes left; undefined when they are enough. */
export const roomProblem = (free: number): string | undefined =>
  free >= LEAST
    ? undefined
    : `no space left on the disk of the controller's home: ${Math.floor(free / MIB)} MiB are free and ${LEAST / MIB} are needed; make room there`;

/** Refuses an operation that would run out of disk. A file system that does not tell is not held against it. @throws StackFailure */
export async function requireRoom(folder: string): Promise<void> {
  const seen = await statfs(folder).catch(() => undefined);
  const problem = seen === undefined ? undefined : roomProblem(seen.bavail * seen.bsize);
  if (problem !== undefined) throw new StackFailure("bug", problem, { retry: "soon" });
}
