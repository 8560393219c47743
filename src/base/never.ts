/** Ends a switch over a union: a new member is a compile error here, and a loud failure at run time. */
export function never(value: never, what: string): Error {
  return new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}
