/**
 * A share of requests in hundredths of a percent (basis points): 0 … 10,000.
 * Integers, so that sums are exact and a share survives the way to the route and back.
 */
export type Weight = number & { readonly __brand: "Weight" };

export const NOTHING = 0 as Weight;
export const EVERYTHING = 10_000 as Weight;

/** How a weight is written as text in the API: a percentage with at most two decimals. */
export const WEIGHT_PATTERN = "^(100(\\.0{1,2})?|[0-9]{1,2}(\\.[0-9]{1,2})?)%$";
const TEXT = new RegExp(WEIGHT_PATTERN);

/** `readWeight(20)` and `readWeight("20%")` are the same share; `"0.5%"` is 50 basis points. @throws RangeError */
export function readWeight(value: number | string): Weight {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 100)
    return (value * 100) as Weight;
  if (typeof value === "string" && TEXT.test(value))
    return Math.round(Number(value.slice(0, -1)) * 100) as Weight;
  throw new RangeError(
    `${JSON.stringify(value)} is no weight; write 0 to 100, or a percentage such as "0.5%"`,
  );
}

export const basisPoints = (n: number): Weight => {
  if (!Number.isInteger(n) || n < 0 || n > 10_000) throw new RangeError(`${n} is no share in basis points`);
  return n as Weight;
};

/** `20%`, `0.5%`. */
export const renderWeight = (weight: Weight): string => `${weight / 100}%`;
/** The rest of the traffic. */
export const complement = (weight: Weight): Weight => (10_000 - weight) as Weight;
/** As a fraction 0 … 1. */
export const fraction = (weight: Weight): number => weight / 10_000;
