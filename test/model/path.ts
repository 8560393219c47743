/** The moves that lead to a state, as text that can be typed: `3 go, abort, go!0.crashAfter, 2 go`. */
import type { Move } from "./moves.ts";

/** Equal moves in a row are counted. */
export function renderPath(moves: readonly Move[]): string {
  const runs: { move: Move; count: number }[] = [];
  for (const move of moves) {
    const last = runs.at(-1);
    if (last?.move === move) last.count++;
    else runs.push({ move, count: 1 });
  }
  return runs.map(({ move, count }) => (count === 1 ? move : `${count} ${move}`)).join(", ");
}

/** @throws RangeError that shows the part that can't be read */
export function readPath(text: string): readonly Move[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .flatMap((part) => {
      const found = /^(?:(\d{1,4}) )?([A-Za-z0-9.!]+)$/.exec(part);
      if (found?.[2] === undefined)
        throw new RangeError(`"${part}" is no move: write for instance "3 go, abort, go!0.crashAfter"`);
      return Array.from({ length: Number(found[1] ?? "1") }, () => found[2] as Move);
    });
}
