/** Everything that the service can do wrong. One mutation at a time: one check has to catch it, and no other. */
export const MUTATIONS = [
  "wrong-status",
  "wrong-body",
  "missing-response-header",
  "slow-page",
  "wrong-json",
  "missing-json",
  "lost-session",
  "wrong-line",
  "not-serving",
  "expired-certificate",
  "foreign-certificate",
  "old-tls",
  "failing-requests",
  "slow-requests",
  "no-series",
  "stale-series",
  "new-warning",
  "slow-under-load",
  "failing-under-load",
  "falls-over",
  "open-port",
  "dropped-auth",
  "dropped-roles",
  "missing-security-header",
  "telling-header",
  "weak-cookie",
  "leaking-log",
  "tracing-log",
  "silent-log",
] as const;
export type Mutation = (typeof MUTATIONS)[number];

const asked = process.env.MUTATION ?? "";
if (asked !== "" && !(MUTATIONS as readonly string[]).includes(asked))
  throw new RangeError(`MUTATION=${asked} is unknown; use one of ${MUTATIONS.join(", ")}`);

export const mutation = asked as Mutation | "";
