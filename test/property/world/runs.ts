/** Number of random worlds for each property; BASCULE_PROPERTY_RUNS multiplies the default. */
export function runs(normal: number): number {
  const factor = Number(process.env.BASCULE_PROPERTY_RUNS ?? "1");
  if (!(factor > 0)) throw new RangeError("BASCULE_PROPERTY_RUNS: give a factor above 0, for instance 10");
  return Math.max(1, Math.round(normal * factor));
}

/** Seed of the random worlds, for going through a failure again. */
export const seed = (): { readonly seed?: number } =>
  process.env.BASCULE_PROPERTY_SEED === undefined ? {} : { seed: Number(process.env.BASCULE_PROPERTY_SEED) };
