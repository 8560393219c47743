/** The folder of one stack that Pulumi takes for its backend while an operation runs. */
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT } from "../names.ts";
import { readCheckpoint } from "./checkpoint.ts";

export class StateFolder {
  /** Value of PULUMI_BACKEND_URL. */
  readonly url: string;
  readonly path: string;
  readonly #checkpoint: string;

  constructor(home: string, stack: string) {
    this.path = join(home, "state", stack);
    this.url = `file://${this.path}`;
    this.#checkpoint = join(this.path, ".pulumi", "stacks", PROJECT, `${stack}.json`);
  }

  /** Makes it what the cluster holds; whatever else of a state lies there is of a dead operation. */
  async fill(checkpoint: Buffer | undefined): Promise<void> {
    const root = join(this.path, ".pulumi");
    // Not the history: it tells people what Pulumi did, and is bounded elsewhere.
    for (const name of ["stacks", "locks", "backups"])
      await rm(join(root, name), { recursive: true, force: true });
    await mkdir(join(root, "stacks", PROJECT), { recursive: true, mode: 0o700 });
    if (checkpoint) await writeFile(this.#checkpoint, checkpoint, { mode: 0o600 });
  }

  /** The checkpoint as Pulumi left it; undefined when there is none, or none that can be read and is whole. */
  async read(): Promise<Buffer | undefined> {
    const bytes = await readFile(this.#checkpoint).catch(() => undefined);
    return bytes && readCheckpoint(bytes).ok ? bytes : undefined;
  }

  /** Differs when the checkpoint was written anew; empty without one. */
  async signature(): Promise<string> {
    try {
      const { ino, size, mtimeMs } = await stat(this.#checkpoint);
      return `${ino}:${size}:${mtimeMs}`;
    } catch {
      return "";
    }
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
