/**
 * Puts an expression of the chart where the rendered manifests have a place for it; it may refer to groups (`$1`).
 * @throws TypeError where there is no such place: the chart would lose a value without a word
 */
export function place(text: string, from: RegExp, to: string): string {
  if (text.search(from) < 0) throw new TypeError(`the Deployment has nothing like ${from}`);
  return text.replace(from, to);
}
