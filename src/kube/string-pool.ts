/** Texts that are kept once; a few MiB. */
const MOST = 50_000;
/** Longer ones are seldom equal. */
const LONGEST = 200;
/** Versions and times: every change has others, and kept they would push out what is equal. */
const ITS_OWN = /^\d+$|^\d{4}-\d\d-\d\dT/;
const [ZERO, NINE] = [0x30, 0x39];
/** Asked of every text that comes in, and most begin with a letter. */
function isItsOwn(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= ZERO && first <= NINE && ITS_OWN.test(text);
}

/**
 * Equal texts kept once. Each object of an answer has its own copy of its namespace, of its plan's name and uid, of
 * every kind, label and reason, and those are most of what thousands of objects hold. Bounded: it forgets all when it
 * is full, and what it forgets is only kept twice.
 */
export class StringPool {
  readonly #most: number;
  readonly #known = new Map<string, string>();

  constructor(most = MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Replaces texts and lists in a value that was just parsed, and that nobody else has. @returns what is to be kept of it */
  share<T>(value: T): T {
    return this.#shared(value) as T;
  }

  #shared(value: unknown): unknown {
    if (typeof value === "string") return this.#pooled(value);
    if (typeof value !== "object" || value === null) return value;
    // Made anew at its own length: one that was filled or filtered has room for 17 items.
    if (Array.isArray(value)) return value.map((item) => this.#shared(item));
    const fields = value as Record<string, unknown>;
    for (const name of Object.keys(fields)) fields[name] = this.#shared(fields[name]);
    return value;
  }

  #pooled(text: string): string {
    if (text.length > LONGEST || isItsOwn(text)) return text;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(text, text);
    return text;
  }
}
