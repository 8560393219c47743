import { readFileSync, statSync } from "node:fs";

/** Kubeconfigs and tokens are a few kilobytes; anything larger is not what was meant. */
const LARGEST = 4 * 1024 * 1024;

/**
 * A small file that others replace while we run (projected token, kubeconfig). `changed` costs one `stat`;
 * a projected volume swaps a symbolic link, which shows in the inode.
 */
export class WatchedFile {
  readonly path: string;
  #stamp = "";
  #text = "";

  constructor(path: string) {
    this.path = path;
  }

  /** Whether the file was replaced or rewritten since the last `read`. A file that can't be seen counts as changed. */
  get changed(): boolean {
    return this.#look() !== this.#stamp || this.#stamp === "";
  }

  /** Its text, read again only when it changed. @throws the system's error when it can't be read */
  read(): string {
    const stamp = this.#look();
    if (stamp === "" || stamp !== this.#stamp) {
      this.#text = readFileSync(this.path, "utf8");
      this.#stamp = stamp;
    }
    return this.#text;
  }

  #look(): string {
    const stat = statSync(this.path, { throwIfNoEntry: false, bigint: true });
    if (stat === undefined) return "";
    if (stat.size > LARGEST)
      throw new RangeError(`${this.path} has ${stat.size} bytes; at most ${LARGEST} are read`);
    return `${stat.dev}:${stat.ino}:${stat.mtimeNs}:${stat.size}`;
  }
}
