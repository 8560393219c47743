/** Where a command prints. Results go to `out`, everything else to `err`, so that `-o json` stays clean. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** The last line of a TTY, overwritten by the next; an empty text removes it. Does nothing elsewhere. */
  status(text: string): void;
  readonly colour: boolean;
  readonly columns: number;
}

/** The parts of a stream that are used. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalOptions {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** False with `--no-color`. */
  readonly colour: boolean;
}

// Messages come from other people's objects: they may not steer the terminal. Our own colours may pass.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const CONTROL = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]|\u001b(?!\[[0-9]{1,2}m)/g;
const harmless = (text: string): string => text.replace(CONTROL, "");

const CLEAR_LINE = "\r\u001b[2K";

/** A terminal over two streams. Colour only on a TTY, without `NO_COLOR` and without `--no-color`. */
export function openTerminal({ stdout, stderr, env, colour }: TerminalOptions): Terminal {
  const tty = stdout.isTTY === true;
  const columns = stdout.columns ?? 100;
  let shown = "";
  const clear = (): void => {
    if (shown !== "") stdout.write(CLEAR_LINE);
  };
  const above = (write: () => void): void => {
    clear();
    write();
    if (shown !== "") stdout.write(shown);
  };
  return {
    columns,
    colour: colour && tty && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb",
    out: (line) => above(() => stdout.write(`${harmless(line)}\n`)),
    err: (line) => above(() => stderr.write(`${harmless(line)}\n`)),
    status(text) {
      if (!tty) return;
      clear();
      shown = harmless(text.replace(/\s+/g, " ")).slice(0, Math.max(0, columns - 1));
      if (shown !== "") stdout.write(shown);
    },
  };
}
