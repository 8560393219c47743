/** What a check's list of ports holds: numbers and ranges, and text where an argument stood. */
export type PortItem = string | number;

interface PortRange {
  readonly from: number;
  readonly to: number;
}

const LARGEST = 65_535;
const RANGE = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/;

/** Reads a port or a range; undefined when it is neither. */
export function readPorts(item: PortItem): PortRange | undefined {
  const [, first, last] = RANGE.exec(String(item)) ?? [];
  if (first === undefined) return undefined;
  const range = { from: Number(first), to: Number(last ?? first) };
  return range.from >= 1 && range.from <= range.to && range.to <= LARGEST ? range : undefined;
}

/** All ports of a list whose items are sound. */
export const portsIn = (items: readonly PortItem[] = []): ReadonlySet<number> =>
  new Set(
    items.flatMap((item) => {
      const range = readPorts(item);
      if (range === undefined) return [];
      return Array.from({ length: range.to - range.from + 1 }, (_, i) => range.from + i);
    }),
  );
