/** Quantities of Kubernetes, such as `250m`, `1.5Gi` or `2e3`. */
const TEXT = /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([eE][+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)$/;

const UNITS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** The number that a quantity stands for: cores, bytes or pieces; undefined for text that is none. */
export function readQuantity(value: string | number | undefined): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  const [, digits, exponent = "", unit] = TEXT.exec(value ?? "") ?? [];
  if (digits === undefined) return undefined;
  const number = Number(`${digits}${exponent}`) * (unit === undefined ? 1 : (UNITS[unit] ?? Number.NaN));
  return Number.isFinite(number) ? number : undefined;
}

const BINARY = ["", "Ki", "Mi", "Gi", "Ti"] as const;

/** Bytes for people, with at most one decimal: `1.5Gi`. */
export function renderBytes(bytes: number): string {
  const step = Math.min(
    BINARY.length - 1,
    Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10)),
  );
  return `${short(bytes / 1_024 ** step)}${BINARY[step]}`;
}

/** Cores for people: `250m`, `1.5`. */
export const renderCores = (cores: number): string =>
  Math.abs(cores) < 1 && cores !== 0 ? `${short(cores * 1_000)}m` : short(cores);

const short = (n: number): string => String(Math.round(n * 10) / 10);
