/** "Every run ends", as a question about who follows whom when nothing goes wrong any more. */

/** Follows a state in which the world is at rest. */
export const REST = -1;

/** A state from which following never leads to rest; undefined when every one ends. */
export function findCycle(next: readonly number[]): number | undefined {
  /** By state: the walk that came by; 0 for none. */
  const walks = new Uint32Array(next.length);
  for (let start = 0; start < next.length; start++) {
    let at = start;
    while (at !== REST && walks[at] === 0) {
      walks[at] = start + 1;
      at = next[at] ?? REST;
    }
    if (at !== REST && walks[at] === start + 1) return at;
  }
  return undefined;
}
