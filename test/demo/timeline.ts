import { type Instant, instant } from "../../src/base/instant.ts";
import type { Sighting } from "../lab/observer/sighting.ts";

type Sink = { readonly write: (text: string) => unknown; readonly isTTY?: boolean };
type Release = Extract<Sighting, { kind: "release" }>;
type Colour = keyof typeof CODES;

const CODES = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
const PHASES: Readonly<Record<string, Colour>> = {
  Completed: "green",
  Reverting: "red",
  Reverted: "red",
  RevertFailed: "red",
  Failed: "red",
  Shifting: "cyan",
};

/** Prints what happens as it happens, each line with the time since the start. */
export class Timeline {
  readonly #sink: Sink;
  readonly #started: Instant;
  readonly #last = new Map<string, string>();
  #split = "";

  constructor(sink: Sink, started: Instant) {
    this.#sink = sink;
    this.#started = started;
  }

  /** A line of the demo's own. */
  say(text: string, at: Instant = instant(performance.timeOrigin + performance.now())): void {
    const elapsed = `${((at - this.#started) / 1_000).toFixed(1).padStart(6)} s`;
    this.#sink.write(`${this.#paint("dim", elapsed)}  ${text}\n`);
  }

  /** The head of a chapter. */
  chapter(text: string): void {
    this.#sink.write("\n");
    this.say(this.#paint("bold", text));
  }

  /** Prints a sighting when it is something new to people. */
  show(sighting: Sighting): void {
    if (sighting.kind === "release") this.#release(sighting);
    if (sighting.kind !== "route") return;
    const split = Object.entries(sighting.shares)
      .map(([service, share]) => `${service} ${share} %`)
      .join(", ");
    if (split !== this.#split) this.say(`${"route".padEnd(9)} ${this.#paint("yellow", split)}`, sighting.at);
    this.#split = split;
  }

  #release(release: Release): void {
    const { name, phase, step, weight, verdict, message } = release;
    const state = [phase, step, weight, verdict].join("/");
    if (this.#last.get(name) === state) return;
    this.#last.set(name, state);
    const columns = [
      name.padEnd(9),
      this.#paint(PHASES[phase] ?? "dim", phase.padEnd(10)),
      step.padEnd(10),
      weight.padStart(4),
      verdict.padEnd(8),
      this.#paint("dim", message),
    ];
    this.say(columns.join(" ").trimEnd(), release.at);
  }

  #paint(colour: Colour, text: string): string {
    return this.#sink.isTTY === true ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
  }
}
