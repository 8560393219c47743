/** What harness and controller tell each other through files, because the controller may be dead at any moment. */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Effects of the controller on the world, by the port's method. */
export const EFFECTS = [
  "stack",
  "cancelStack",
  "shift",
  "revert",
  "select",
  "takeOver",
  "scale",
  "verify",
  "endVerification",
  "endChecks",
  "createRelease",
  "deleteRelease",
  "storeSegment",
  "planStatus",
  "releaseStatus",
  "setFinalizer",
] as const;
export type EffectKind = (typeof EFFECTS)[number];

/** An effect as the record names it: with aliases the same words in every run. */
export interface Effect {
  readonly kind: EffectKind;
  /** What it was about: a key, a name, a phase. */
  readonly about: string;
}
export const keyOf = ({ kind, about }: Effect): string => `${kind} ${about}`;

/** `during`: when the request is on its way, or the operation in its middle, and nobody has heard of the end. */
export const MOMENTS = ["before", "during", "after"] as const;
export type Moment = (typeof MOMENTS)[number];

/** Asks the controller to kill itself at an effect; effects count from when the order was given. */
export interface Order {
  readonly kind: EffectKind;
  readonly moment: Moment;
  /** Only effects whose `about` this regular expression matches count; all without it. */
  readonly about?: string;
  /** Which of them; the first by default. */
  readonly nth?: number;
}

/** What the controller is to do to itself. */
export interface Command {
  /** Differs from command to command. */
  readonly batch: string;
  /** Kills that are still to be carried out, the next one first. */
  readonly orders: readonly Order[];
  /** Words in which the record says names that differ from run to run: `green` as `candidate`, for instance. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Kills at every effect, once at each, but for those that are spared. */
  readonly each?: {
    /** Chooses the moments. */
    readonly seed: string;
    /** Kills from this time on count. */
    readonly since: number;
    /** Effects, as `keyOf` says them. */
    readonly spared: readonly string[];
  };
}

/** A line of the record: an effect began, was answered, or the process is about to kill itself. */
export interface Entry extends Effect {
  readonly at: number;
  readonly pid: number;
  readonly event: "begun" | "done" | "killed";
  /** Whether the port said that it worked. */
  readonly ok?: boolean;
  /** Of a Pulumi operation: the stack, by its whole name. */
  readonly stack?: string;
  /** Moment of a kill. */
  readonly moment?: Moment;
}

/** Name of the environment variable that holds the folder of the files. */
export const FOLDER_VARIABLE = "BASCULE_FAULTS_FOLDER";

/** Orders and record of one controller, over all its lives. */
export class Orders {
  readonly #orders: string;
  readonly #record: string;

  constructor(folder: string) {
    this.#orders = join(folder, "orders.json");
    this.#record = join(folder, "effects.ndjson");
  }

  /** What is still to be done. */
  read(): Command {
    if (!existsSync(this.#orders)) return { batch: "", orders: [] };
    return JSON.parse(readFileSync(this.#orders, "utf8")) as Command;
  }

  /** Replaces the orders, in one step: a reader sees the old list or the new one. */
  give(orders: readonly Order[], more: Pick<Command, "aliases" | "each"> = {}): void {
    const batch = `${process.pid}-${performance.now()}`;
    writeFileSync(`${this.#orders}.new`, JSON.stringify({ batch, orders, ...more }));
    renameSync(`${this.#orders}.new`, this.#orders);
  }

  /** Written before it returns: what was done before a kill is there after it. */
  note(entry: Omit<Entry, "at" | "pid">): void {
    const at = performance.timeOrigin + performance.now();
    appendFileSync(this.#record, `${JSON.stringify({ at, pid: process.pid, ...entry })}\n`);
  }

  /** Everything recorded from a time on, in milliseconds since the epoch. */
  entries(from = 0): readonly Entry[] {
    if (!existsSync(this.#record)) return [];
    const lines = readFileSync(this.#record, "utf8").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as Entry).filter(({ at }) => at >= from);
  }
}
