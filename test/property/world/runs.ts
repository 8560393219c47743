/** Number of random worlds for each property; BASCULE_PROPERTY_RUNS multiplies the default. */
export function runs(normal: number): number {
  const factor = Number(process.env.BASCULE_PROPERTY_RUNS ?? "1");
  if (!(factor > 0)) throw new RangeError("BASCULE_PROPERTY_RUNS: give a factor above 0, for instance 10");
  return Math.max(1, Math.round(normal * factor));
}

/** The same worlds in every run, unless BASCULE_PROPERTY_SEED asks for others (`random`, or the seed of a failure). */
export function seed(): { readonly seed?: number } {
  const asked = process.env.BASCULE_PROPERTY_SEED ?? "20260101";
  return asked === "random" ? {} : { seed: Number(asked) };
}
