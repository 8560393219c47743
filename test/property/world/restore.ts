/** How the simulated world is put back to a former state, so that more than one future of it can be tried. */

/**
 * Puts something back as it was when it was saved, however often. Objects are put back in place: what lies in the
 * simulation's queue refers to them, and holds nothing else that changes.
 */
export type Restore = () => void;

export const together =
  (parts: readonly Restore[]): Restore =>
  () => {
    for (const restore of parts) restore();
  };

export function saveMap<K, V>(map: Map<K, V>): Restore {
  const saved = [...map];
  return () => {
    map.clear();
    for (const [key, value] of saved) map.set(key, value);
  };
}

export function saveSet<T>(set: Set<T>): Restore {
  const saved = [...set];
  return () => {
    set.clear();
    for (const value of saved) set.add(value);
  };
}

/** Fields that hold what never changes in itself. */
export function saveFields<T extends object>(object: T, names: readonly (keyof T)[]): Restore {
  const saved = names.map((name) => [name, object[name]] as const);
  return () => {
    for (const [name, value] of saved) object[name] = value;
  };
}
