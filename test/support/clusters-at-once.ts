/** Clusters on which test files run side by side, one file on each at a time; none: on that of BASCULE_CLUSTER alone. */
export const clustersAtOnce = (): readonly string[] =>
  (process.env.BASCULE_CLUSTERS ?? "").split(",").filter((name) => name !== "");
