/** Forms in which `verify` prints its result. */
export const VERIFY_OUTPUTS = ["table", "json", "yaml", "junit"] as const;
export type VerifyOutput = (typeof VERIFY_OUTPUTS)[number];
