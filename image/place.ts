/**
 * Puts an expression of the chart where the rendered manifests have a place for it. A string may refer to groups
 * (`$1`); a function is given them.
 * @throws TypeError where there is no such place: the chart would lose a value without a word
 */
export function place(
  text: string,
  from: RegExp,
  to: string | ((groups: readonly string[]) => string),
): string {
  if (text.search(from) < 0) throw new TypeError(`the Deployment has nothing like ${from}`);
  return typeof to === "string" ? text.replace(from, to) : text.replace(from, (...groups) => to(groups));
}
