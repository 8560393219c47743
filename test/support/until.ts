/** Waits until `condition` holds; fails with `what` after `limit` real milliseconds. No sleep where a condition can be awaited. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limit = 15_000,
): Promise<void> {
  const end = performance.now() + limit;
  for (let round = 0; !(await condition()); round++) {
    if (performance.now() > end) throw new Error(`waited ${limit} ms in vain until ${what}`);
    await new Promise((resolve) => (round < 50 ? setImmediate(resolve) : setTimeout(resolve, 2)));
  }
}
