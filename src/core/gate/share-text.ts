/** `0.01` or `1%` as a fraction 0 … 1; undefined for anything else. */
export function readShare(text: string): number | undefined {
  const match = /^\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)\s*$/.exec(text);
  if (match === null) return undefined;
  const share = Number(match[1]) / (match[2] === "%" ? 100 : 1);
  return share <= 1 ? share : undefined;
}

/** A fraction as `1.25 %`, for people. */
export const percent = (share: number): string => `${Number((share * 100).toPrecision(4))} %`;
