/** A disk of its own, and a small one, for what a controller's stack operations write. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MIB = 1024 * 1024;

/** Folders of a controller's home that its Pulumi operations write to. */
const FOLDERS = ["state", "work", "tmp", "pulumi"];

export class SmallDisk {
  readonly #folder: string;
  readonly #ballast: string;

  /** Puts the folders of `home` on a file system of so many MiB. Needs root. */
  constructor(home: string, mib: number) {
    this.#folder = mkdtempSync(join(tmpdir(), "bascule-disk-"));
    this.#ballast = join(this.#folder, "ballast");
    run("mount", ["-t", "tmpfs", "-o", `size=${mib}m,mode=0700`, "tmpfs", this.#folder]);
    for (const name of FOLDERS) {
      mkdirSync(join(this.#folder, name), { mode: 0o700 });
      symlinkSync(join(this.#folder, name), join(home, name));
    }
  }

  /** Leaves no room for a single byte more. */
  fill(): void {
    const file = openSync(this.#ballast, "a");
    try {
      for (let size = MIB; size >= 1; size = Math.floor(size / 2)) {
        const block = Buffer.alloc(size);
        while (writes(file, block));
      }
    } finally {
      closeSync(file);
    }
    if (this.free > 0) throw new Error(`${this.free} bytes are left on the disk that was to be full`);
  }

  empty(): void {
    rmSync(this.#ballast, { force: true });
  }

  get free(): number {
    const { bavail, bsize } = statfsSync(this.#folder);
    return bavail * bsize;
  }

  /** Takes the disk away with all that is on it. */
  remove(): void {
    run("umount", ["--lazy", this.#folder]);
    rmdirSync(this.#folder);
  }
}

/** Whether the whole block was written. */
function writes(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch {
    return false;
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 10_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}
