/**
 * The objects in what should be a list of them. A projection or an index that threw would stop its watch for all
 * objects; the API server sees to shapes, and this to what comes all the same.
 */
export const records = <T extends object>(list: unknown): readonly T[] =>
  Array.isArray(list) ? list.filter((item) => typeof item === "object" && item !== null) : [];
