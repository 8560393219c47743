/** What a shared part tells the slots, read in the process that runs the program. It ends up in statuses. */
import { isSecret, type Output, output } from "@pulumi/pulumi";
import type { SharedOutputs } from "../ports/stacks.ts";
import { StackFailure } from "./errors.ts";

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
const MOST = 32;
const LONGEST = 4_096;
/** Stands for what a preview can't know. */
const UNKNOWN = "known after the apply";

interface Cell {
  readonly secret: Promise<boolean>;
  known: boolean;
  value: unknown;
}

/** Outputs of one run of a program. */
export class OutputReader {
  readonly #cells = new Map<string, Cell>();

  /** Takes what the program returned; the answer is to be given to the engine, which waits for all of it. */
  take(result: unknown): Readonly<Record<string, Output<unknown>>> {
    this.#cells.clear();
    if (result === undefined) return {};
    if (result === null || typeof result !== "object" || Array.isArray(result))
      throw refused("it must be an object of names, hosts and ports");
    const entries = Object.entries(result).map(([name, value]) => [name, output(value as unknown)] as const);
    if (entries.length > MOST) throw refused(`it has ${entries.length} members; ${MOST} are allowed`);
    for (const [name, value] of entries) {
      if (!NAME.test(name)) throw refused(`it has a member "${name}"; use letters, digits and underscores`);
      this.#cells.set(name, cellOf(value));
    }
    return Object.fromEntries(entries);
  }

  /**
   * What was taken, once the engine is through.
   * `isRehearsal`: there is no provider that could tell what it would know.
   * @throws StackFailure `invalid` for a secret, and for what is no plain value or too large for a status
   */
  async read({ isRehearsal = false } = {}): Promise<SharedOutputs> {
    const found: Record<string, string | number | boolean> = {};
    for (const [name, cell] of this.#cells) {
      if (await cell.secret)
        throw refused(
          `${name} is a secret, and would be readable in statuses; put it into a Secret and return that one's name`,
        );
      const isKnown = cell.known && !(isRehearsal && cell.value === undefined);
      const value = isKnown ? cell.value : UNKNOWN;
      if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
        throw refused(`${name} must be a string, a number or a boolean`);
      found[name] = value;
    }
    const { length } = JSON.stringify(found);
    if (length > LONGEST) throw refused(`it has ${length} bytes; ${LONGEST} are allowed`);
    return found;
  }
}

function cellOf(value: Output<unknown>): Cell {
  const cell = { secret: Promise.resolve(false), known: false, value: undefined as unknown };
  const seen = value.apply((known) => {
    cell.known = true;
    cell.value = known;
  });
  // Of what came after the look, so that it is settled only when the value is here, or will not come.
  cell.secret = isSecret(seen);
  // A run that fails rejects it; nobody reads it then.
  cell.secret.catch(() => undefined);
  return cell;
}

const refused = (what: string): StackFailure =>
  new StackFailure("invalid", `what the program's shared part returned can't be used: ${what}`);
