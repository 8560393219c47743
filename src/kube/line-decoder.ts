/** A line would be longer than an object can be; the stream is not what it should be. */
export class LineTooLong extends Error {
  override readonly name = "LineTooLong";
  readonly kind = "malformed";
  readonly retry = "soon";
}

/** etcd keeps objects below 1.5 MiB; their JSON inside a watch event stays well below this. */
const LONGEST_LINE = 8 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Cuts a byte stream into lines. Bytes are joined before they are decoded, so a character split over chunks survives. */
export class LineDecoder {
  #rest: Uint8Array[] = [];
  #size = 0;
  readonly #longest: number;

  constructor(longest: number = LONGEST_LINE) {
    this.#longest = longest;
  }

  /** The lines that are complete now, without their ends; empty lines are left out. @throws LineTooLong */
  *push(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#take(chunk.subarray(start, end));
      start = end + 1;
      if (line.trim() !== "") yield line;
    }
    this.#keep(chunk.subarray(start));
  }

  /** Whether bytes wait for the end of their line. */
  get partial(): boolean {
    return this.#size > 0;
  }

  #take(last: Uint8Array): string {
    this.#keep(last);
    const line = Buffer.concat(this.#rest, this.#size).toString("utf8");
    this.#rest = [];
    this.#size = 0;
    return line;
  }

  #keep(part: Uint8Array): void {
    if (part.byteLength === 0) return;
    this.#size += part.byteLength;
    if (this.#size > this.#longest)
      throw new LineTooLong(`a line of the watch has more than ${this.#longest} bytes`);
    this.#rest.push(part);
  }
}
