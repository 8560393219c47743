import type { Phase } from "../../api/release.ts";

/** Colours by meaning; without colour each returns its text as it is. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  busy(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
  phase(phase: Phase): string;
}

const GOOD: ReadonlySet<Phase> = new Set(["Completed"]);
const BAD: ReadonlySet<Phase> = new Set(["Reverting", "Reverted", "RevertFailed", "Failed"]);
const FAINT: ReadonlySet<Phase> = new Set(["Cancelled", "Superseded"]);

export function paintWith(colour: boolean): Paint {
  const code =
    (start: number, end: number) =>
    (text: string): string =>
      colour && text !== "" ? `\u001b[${start}m${text}\u001b[${end}m` : text;
  const [good, bad, busy] = [code(32, 39), code(31, 39), code(33, 39)];
  const faint = code(2, 22);
  return {
    good,
    bad,
    busy,
    faint,
    strong: code(1, 22),
    phase: (phase) =>
      GOOD.has(phase)
        ? good(phase)
        : BAD.has(phase)
          ? bad(phase)
          : FAINT.has(phase)
            ? faint(phase)
            : busy(phase),
  };
}
